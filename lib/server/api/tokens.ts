import { z } from "zod";

import { createToken, revokeToken } from "#lib/domain/access/commands/tokens.ts";
import { listTokens } from "#lib/domain/access/queries.ts";
import { tokenInput } from "#lib/domain/access/schema.ts";

import { operation } from "./operation.ts";
import { idParams, time } from "./schemas.ts";

const tokenSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    hint: z.string().meta({ description: "The last four characters" }),
    projects: z.array(z.string()).nullable().meta({ description: "Slugs; null: every project its owner may view" }),
    verbs: z.array(z.string()).nullable().meta({ description: "null: whatever its owner may do" }),
    createdAt: time,
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable(),
  })
  .meta({ id: "Token" });

export const tokenOperations = [
  operation({
    method: "GET",
    path: "/tokens",
    id: "listTokens",
    summary: "Your own API tokens",
    tag: "tokens",
    success: { status: 200, schema: z.object({ tokens: z.array(tokenSchema) }) },
    async run({ services, actor }) {
      const tokens = await listTokens(services, actor);
      return {
        tokens: tokens.map(({ projects, verbs, ...token }) => ({
          ...token,
          projects: projects === null ? null : projects.map(({ slug }) => slug),
          verbs: verbs === null ? null : [...verbs],
        })),
      };
    },
  }),
  operation({
    method: "POST",
    path: "/tokens",
    id: "createToken",
    summary: "Make an API token: your own, or another person's if you manage people. It is shown this one time",
    tag: "tokens",
    body: tokenInput,
    success: { status: 201, schema: z.object({ id: z.uuid(), token: z.string(), expiresAt: time }) },
    async run({ services, actor, body }) {
      const { id, token, expiresAt } = await createToken.run(services, actor, body);
      return { id, token, expiresAt };
    },
  }),
  operation({
    method: "DELETE",
    path: "/tokens/{id}",
    id: "revokeToken",
    summary: "End an API token at once",
    tag: "tokens",
    params: idParams,
    success: { status: 200, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params }) => revokeToken.run(services, actor, { id: params.id }),
  }),
];
