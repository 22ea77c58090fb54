import type { RemoteRef } from "#lib/adapters/git/ls-remote.ts";

export interface KnownRef {
  readonly id: string;
  readonly kind: "branch" | "tag";
  readonly name: string;
  readonly commit: string;
  readonly goneAt: Date | null;
}

export interface RefChanges {
  /** Never seen before. */
  readonly added: readonly RemoteRef[];
  /** Another commit than before, or back after having been gone. */
  readonly moved: ReadonlyArray<{ readonly known: KnownRef; readonly commit: string }>;
  readonly gone: readonly KnownRef[];
}

/** What changed on the remote since the last look. Pure. */
export function diffRefs(known: readonly KnownRef[], remote: readonly RemoteRef[]): RefChanges {
  const keyOf = (ref: { kind: string; name: string }) => `${ref.kind}\n${ref.name}`;
  const before = new Map(known.map((ref) => [keyOf(ref), ref]));
  const now = new Set(remote.map(keyOf));
  const added: RemoteRef[] = [];
  const moved: Array<{ known: KnownRef; commit: string }> = [];
  for (const ref of remote) {
    const row = before.get(keyOf(ref));
    if (row === undefined) added.push(ref);
    else if (row.commit !== ref.commit || row.goneAt !== null) moved.push({ known: row, commit: ref.commit });
  }
  return { added, moved, gone: known.filter((ref) => ref.goneAt === null && !now.has(keyOf(ref))) };
}
