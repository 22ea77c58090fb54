/**
 * Every reason for which something does not move. The same codes on pages, in the REST interface and in notifications, in the order in which
 * they are named when there are several: what has to be cleared first comes first.
 */
export const blockerCodes = [
  "not_allowed",
  "cluster_down",
  "registry_down",
  "engine_down",
  "worker_down",
  "repository_unreadable",
  "ref_gone",
  "tag_moved",
  "image_gone",
  "building",
  "build_failed",
  "checks_running",
  "checks_failed",
  "queued_behind",
  "no_room",
  "deploying",
  "deployment_failed",
  "not_live",
  "own_commit",
  "verdict_missing",
  "verdict_void",
  "rejected",
  "not_testable",
  "approval_pending",
  "frozen",
] as const;
export type BlockerCode = (typeof blockerCodes)[number];

/** One thing that keeps something from moving. */
export interface Blocker {
  readonly code: BlockerCode;
  /** What it is, in one sentence. */
  readonly words: string;
  /** Who can clear it: people by name, or a role in words; "Berth, by itself" where one only waits. */
  readonly clearedBy: string;
  /** When it will probably be cleared; null: nobody knows. */
  readonly expectedAt: Date | null;
}

/** Several blockers in the order in which they are named; of two with one code the first stays. */
export function inOrder(blockers: readonly Blocker[]): Blocker[] {
  const seen = new Set<BlockerCode>();
  const once = blockers.filter(({ code }) => !seen.has(code) && seen.add(code));
  return once.toSorted((one, other) => blockerCodes.indexOf(one.code) - blockerCodes.indexOf(other.code));
}

/** Who clears what passes with time or by a part's return. */
export const byItself = "Berth, by itself";
