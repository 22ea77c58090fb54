import { z } from "zod";

import { environmentVerbs } from "#lib/domain/access/policy.ts";
import { setDefaultPermissions, setProjectPermissions } from "#lib/domain/permissions/commands/set.ts";
import { getDefaultPermissions, getProjectPermissions } from "#lib/domain/permissions/queries.ts";
import { fingerprintSchema, matrixSchema } from "#lib/domain/permissions/schema.ts";

import { operation } from "./operation.ts";
import { slugParams } from "./schemas.ts";

const cell = z.array(z.enum(environmentVerbs));
const row = z.object({ review: cell, demo: cell, staging: cell, uat: cell, production: cell });
const matrixAnswer = z.object({ developer: row, tester: row, ops: row }).meta({ id: "Matrix" });
const writtenSchema = z
  .object({
    fingerprint: z.string(),
    changes: z.array(z.string()),
    completed: z.array(z.string()).meta({ description: "Where view was added, because nobody can work on what he does not see" }),
    people: z.number().meta({ description: "How many people hold a role that changed" }),
  })
  .meta({ id: "MatrixWritten" });

export const permissionOperations = [
  operation({
    method: "GET",
    path: "/permissions",
    id: "getDefaultPermissions",
    summary: "The platform's default matrix of role, kind of stage and verb",
    tag: "permissions",
    success: { status: 200, schema: z.object({ matrix: matrixAnswer, fingerprint: z.string() }) },
    async run({ services, actor }) {
      const { matrix, fingerprint } = await getDefaultPermissions(services, actor);
      return { matrix: matrixAnswer.parse(matrix), fingerprint };
    },
  }),
  operation({
    method: "PUT",
    path: "/permissions",
    id: "setDefaultPermissions",
    summary: "Replace the platform's default matrix; needs the fingerprint of the one that was read",
    tag: "permissions",
    body: z.strictObject({ matrix: matrixSchema, fingerprint: fingerprintSchema }),
    success: { status: 200, schema: writtenSchema },
    async run({ services, actor, body }) {
      const { fingerprint, changes, completed, people } = await setDefaultPermissions.run(services, actor, body);
      return { fingerprint, people, changes: [...changes], completed: [...completed] };
    },
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/permissions",
    id: "getPermissions",
    summary: "The matrix that counts in a project, and whether it is the project's own",
    tag: "permissions",
    params: slugParams,
    success: { status: 200, schema: z.object({ own: z.boolean(), matrix: matrixAnswer, fingerprint: z.string() }) },
    async run({ services, actor, params }) {
      const { own, matrix, fingerprint } = await getProjectPermissions(services, actor, params.slug);
      return { own, matrix: matrixAnswer.parse(matrix), fingerprint };
    },
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/permissions",
    id: "setPermissions",
    summary: "Give a project a matrix of its own, whole; null: the platform's default counts again",
    tag: "permissions",
    params: slugParams,
    body: z.strictObject({ matrix: matrixSchema.nullable(), fingerprint: fingerprintSchema }),
    success: { status: 200, schema: writtenSchema },
    async run({ services, actor, params, body }) {
      const written = await setProjectPermissions.run(services, actor, { ...body, project: params.slug });
      const { fingerprint, changes, completed, people } = written;
      return { fingerprint, people, changes: [...changes], completed: [...completed] };
    },
  }),
];
