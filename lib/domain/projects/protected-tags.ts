import { matchesGlob } from "../stages/gates.ts";

interface TagChange {
  /** After refs/tags/. */
  readonly name: string;
  /** What the client believes the tag to be; null: it is not there. */
  readonly oldId: string | null;
  /** Null: delete it. */
  readonly newId: string | null;
}

/**
 * The first protected tag that a push would move or delete, or null. `existing` is what the repository has. Making such a tag is fine, as
 * long as the client too takes it for new: then git itself sees to it that nobody made it in between.
 */
export function movedProtectedTag(
  patterns: readonly string[],
  changes: readonly TagChange[],
  existing: ReadonlySet<string>,
): TagChange | null {
  const isMade = ({ name, oldId, newId }: TagChange) => oldId === null && newId !== null && !existing.has(name);
  return changes.find((change) => patterns.some((glob) => matchesGlob(glob, change.name)) && !isMade(change)) ?? null;
}
