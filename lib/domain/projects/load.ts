import { BerthError } from "#lib/core/errors.ts";
import type { Database, Transaction } from "#lib/platform/database/client.ts";

const selection = { id: true, slug: true, name: true, repositoryKind: true, repositoryUrl: true, defaultBranch: true } as const;

/** The project of a slug, or `not_found`. Reads no rights: the caller authorises with the id. */
export async function loadProject(tx: Transaction | Database, slug: string) {
  const project = await tx.project.findFirst({ where: { slug, deletedAt: null }, select: selection });
  if (project === null) throw new BerthError("not_found");
  return project;
}
