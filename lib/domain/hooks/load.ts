import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

const selection = {
  id: true,
  projectId: true,
  name: true,
  host: true,
  format: true,
  kinds: true,
  enabled: true,
  urlSecretId: true,
  keySecretId: true,
} as const;

/** A webhook of a project that is there, or `not_found`. Reads no rights: the caller authorises with the project. */
export async function loadHook(tx: Transaction, id: string) {
  const hook = await tx.projectHook.findFirst({ where: { id, project: { deletedAt: null } }, select: selection });
  if (hook === null) throw new BerthError("not_found");
  return hook;
}

export const hookObject = ({ projectId }: { readonly projectId: string }) => ({ type: "project", projectId }) as const;
