import { z } from "zod";

import { createShareLink } from "#lib/domain/share-links/commands/create.ts";
import { revokeShareLink } from "#lib/domain/share-links/commands/revoke.ts";
import { listShareLinks } from "#lib/domain/share-links/queries.ts";
import { shareLinkFields } from "#lib/domain/share-links/schema.ts";

import { operation } from "./operation.ts";
import { idParams, time } from "./schemas.ts";

const shareLinkSchema = z
  .object({
    id: z.uuid(),
    note: z.string(),
    createdBy: z.string(),
    createdAt: time,
    expiresAt: time,
    lastUsedAt: time.nullable(),
  })
  .meta({ id: "ShareLink" });

export const shareLinkOperations = [
  operation({
    method: "GET",
    path: "/environments/{id}/share-links",
    id: "listShareLinks",
    summary: "Links that show an environment to whoever has them, as long as they work",
    tag: "share links",
    params: idParams,
    success: { status: 200, schema: z.object({ links: z.array(shareLinkSchema) }) },
    run: async ({ services, actor, params }) => ({ links: await listShareLinks(services, actor, params.id) }),
  }),
  operation({
    method: "POST",
    path: "/environments/{id}/share-links",
    id: "createShareLink",
    summary: "Make a link that shows an environment without signing in. Its URL is shown this one time",
    tag: "share links",
    params: idParams,
    body: z.strictObject(shareLinkFields),
    success: { status: 201, schema: z.object({ id: z.uuid(), url: z.url(), expiresAt: time }) },
    run: ({ services, actor, params, body }) => createShareLink.run(services, actor, { ...body, environment: params.id }),
  }),
  operation({
    method: "DELETE",
    path: "/share-links/{id}",
    id: "revokeShareLink",
    summary: "End a share link at once",
    tag: "share links",
    params: idParams,
    success: { status: 200, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params }) => revokeShareLink.run(services, actor, { id: params.id }),
  }),
];
