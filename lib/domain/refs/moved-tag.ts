import type { Database, RefKind, Transaction } from "#lib/platform/database/client.ts";

/** A tag that names another commit than the one that runs under it. */
export interface MovedTag {
  readonly name: string;
  /** What runs. */
  readonly from: string;
  /** What the tag is now. */
  readonly to: string;
}

interface Place {
  readonly refKind: RefKind | null;
  readonly refName: string | null;
  readonly refCommit: string | null;
  readonly refGoneAt: Date | null;
  readonly liveCommit: string | null;
}

/** Whether the tag of an environment moved away from what is live there. Pure. */
export function movedTagOf({ refKind, refName, refCommit, refGoneAt, liveCommit }: Place): MovedTag | null {
  if (refKind !== "tag" || refName === null || refCommit === null || refGoneAt !== null) return null;
  return liveCommit === null || liveCommit === refCommit ? null : { name: refName, from: liveCommit, to: refCommit };
}

/** The same of an environment as commands load it. */
export async function movedTagIn(
  tx: Transaction | Database,
  environment: Omit<Place, "liveCommit"> & { readonly liveReleaseId: string | null },
): Promise<MovedTag | null> {
  if (environment.refKind !== "tag" || environment.liveReleaseId === null) return null;
  const live = await tx.release.findUnique({ where: { id: environment.liveReleaseId }, select: { commit: true } });
  return movedTagOf({ ...environment, liveCommit: live?.commit ?? null });
}
