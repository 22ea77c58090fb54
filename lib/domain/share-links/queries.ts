import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";
import { type EnvironmentPage, getEnvironment } from "../environments/queries.ts";
import type { Reader } from "../projects/head.ts";
import { mostLinks } from "./schema.ts";

export interface ShareLinkRow {
  readonly id: string;
  readonly note: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The links of an environment that still work, the newest first; for whoever may deploy there. */
export async function listShareLinks(reader: Reader, actor: Actor, environmentId: string): Promise<ShareLinkRow[]> {
  const environment = await reader.database.environment.findFirst({
    where: { id: environmentId, destroyedAt: null, project: { deletedAt: null } },
    select: { id: true, projectId: true, stage: { select: { kind: true } } },
  });
  if (environment === null) throw new BerthError("not_found");
  const object = policyObject({ projectId: environment.projectId, stageKind: environment.stage.kind });
  authorise(actor, "deploy", object);
  const rows = await reader.database.shareLink.findMany({
    where: { environmentId, revokedAt: null, expiresAt: { gt: new Date() } },
    orderBy: { createdAt: "desc" },
    take: mostLinks,
    select: { id: true, note: true, createdAt: true, expiresAt: true, lastUsedAt: true, createdBy: { select: { name: true } } },
  });
  return rows.map(({ createdBy, ...row }) => ({ ...row, createdBy: createdBy.name }));
}

export type SharingPage = EnvironmentPage & { readonly public: boolean; readonly links: readonly ShareLinkRow[] };

/** An environment by its name with the links that show it to outsiders. */
export async function getSharing(reader: Reader, actor: Actor, slug: string, name: string): Promise<SharingPage> {
  const page = await getEnvironment(reader, actor, slug, name);
  const stage = await reader.database.stage.findUnique({ where: { id: page.stage.id }, select: { public: true } });
  return { ...page, public: stage?.public === true, links: await listShareLinks(reader, actor, page.id) };
}
