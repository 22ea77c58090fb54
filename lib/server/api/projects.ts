import { z } from "zod";

import { getBoard } from "#lib/domain/board/queries.ts";
import { deleteProject, syncProject, updateProject } from "#lib/domain/projects/commands/settings.ts";
import { listProjects } from "#lib/domain/projects/queries.ts";
import { createProjectInput, updateProjectInput } from "#lib/domain/projects/schema.ts";
import { listRefs } from "#lib/domain/refs/queries.ts";
import { deleteVariable, setVariable } from "#lib/domain/variables/commands/set.ts";
import { getProjectVariables } from "#lib/domain/variables/queries.ts";

import { makeProject } from "../make-project.ts";
import { makeSampleProject } from "../sample-project.ts";
import { operation } from "./operation.ts";
import { createdProjectSchema, idParams, projectHeadSchema, projectSchema, refSchema, slugParams, variableSchema } from "./schemas.ts";

const accepted = z.object({ status: z.literal("accepted") });

export const projectOperations = [
  operation({
    method: "GET",
    path: "/projects",
    id: "listProjects",
    summary: "The projects you may view",
    tag: "projects",
    success: { status: 200, schema: z.object({ projects: z.array(projectSchema) }) },
    run: ({ services, actor }) => listProjects(services, actor),
  }),
  operation({
    method: "POST",
    path: "/projects",
    id: "createProject",
    summary: "Create a project from a Git URL, or with a repository of Berth's own",
    tag: "projects",
    body: createProjectInput,
    success: { status: 201, schema: createdProjectSchema },
    run: ({ services, actor, body }) => makeProject(services, actor, body),
  }),
  operation({
    method: "POST",
    path: "/sample",
    id: "createSample",
    summary: "Create the sample project",
    tag: "projects",
    success: { status: 201, schema: createdProjectSchema },
    run: ({ services, actor }) => makeSampleProject(services, actor),
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}",
    id: "getProject",
    summary: "One project",
    tag: "projects",
    params: slugParams,
    success: { status: 200, schema: projectHeadSchema },
    run: async ({ services, actor, params }) => (await getBoard(services, actor, params.slug)).project,
  }),
  operation({
    method: "PATCH",
    path: "/projects/{slug}",
    id: "updateProject",
    summary: "Change how a project is named, built and checked",
    tag: "projects",
    params: slugParams,
    body: updateProjectInput.omit({ project: true }),
    success: { status: 200, schema: projectHeadSchema },
    async run({ services, actor, params, body }) {
      await updateProject.run(services, actor, { ...body, project: params.slug });
      return (await getBoard(services, actor, params.slug)).project;
    },
  }),
  operation({
    method: "DELETE",
    path: "/projects/{slug}",
    id: "deleteProject",
    summary: "Delete a project and take its environments down",
    tag: "projects",
    params: slugParams,
    success: { status: 202, schema: accepted },
    async run({ services, actor, params }) {
      await deleteProject.run(services, actor, { project: params.slug, confirm: params.slug });
      return { status: "accepted" as const };
    },
  }),
  operation({
    method: "POST",
    path: "/projects/{slug}/sync",
    id: "syncProject",
    summary: "Look at the repository now",
    tag: "projects",
    params: slugParams,
    success: { status: 202, schema: accepted },
    async run({ services, actor, params }) {
      await syncProject.run(services, actor, { project: params.slug });
      return { status: "accepted" as const };
    },
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/refs",
    id: "listRefs",
    summary: "Branches and tags, the newest first",
    tag: "refs",
    params: slugParams,
    query: z.object({
      search: z.string().max(200).optional(),
      kind: z.enum(["branch", "tag"]).optional(),
      page: z.coerce.number().int().min(1).optional(),
      perPage: z.coerce.number().int().min(1).max(500).optional(),
    }),
    success: { status: 200, schema: z.object({ refs: z.array(refSchema), total: z.number(), page: z.number(), pages: z.number() }) },
    async run({ services, actor, params, query }) {
      const { rows, ...page } = await listRefs(services, actor, params.slug, { perPage: 100, ...query });
      return { ...page, refs: [...rows].map((row) => ({ ...row, environments: [...row.environments] })) };
    },
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/variables",
    id: "listVariables",
    summary: "Variables of a project and its stages; secrets without their values",
    tag: "variables",
    params: slugParams,
    success: { status: 200, schema: z.object({ variables: z.array(variableSchema) }) },
    run: async ({ services, actor, params }) => ({ variables: [...(await getProjectVariables(services, actor, params.slug)).variables] }),
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/variables",
    id: "setVariable",
    summary: "Set a variable or secret of a project, stage or environment",
    tag: "variables",
    params: slugParams,
    body: z.strictObject({
      scope: z.enum(["project", "stage", "environment"]).default("project"),
      stage: z.string().optional(),
      environment: z.uuid().optional(),
      name: z.string(),
      kind: z.enum(["plain", "secret"]).default("plain"),
      value: z.string(),
    }),
    success: { status: 200, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params, body }) => setVariable.run(services, actor, { ...body, project: params.slug }),
  }),
  operation({
    method: "DELETE",
    path: "/variables/{id}",
    id: "deleteVariable",
    summary: "Remove a variable",
    tag: "variables",
    params: idParams,
    success: { status: 200, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params }) => deleteVariable.run(services, actor, { variable: params.id }),
  }),
];
