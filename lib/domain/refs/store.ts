import type { CommitInfo } from "#lib/adapters/git/mirror.ts";
import { distinctSlugOf, slugOf } from "#lib/core/slug.ts";
import type { RefKind, Transaction } from "#lib/platform/database/client.ts";

import type { RefChanges } from "./diff.ts";

export interface ChangedRef {
  readonly id: string;
  readonly kind: RefKind;
  readonly name: string;
  readonly slug: string;
  readonly commit: string;
  readonly subject: string | null;
}

export interface StoredChanges {
  readonly any: boolean;
  readonly fresh: readonly ChangedRef[];
  readonly moved: readonly ChangedRef[];
  readonly gone: readonly ChangedRef[];
}

const insertBatch = 1_000;
const selection = { id: true, kind: true, name: true, slug: true, commit: true, subject: true } as const;

/** Writes what changed. A ref keeps its row, and so its slug and history, when it comes back. */
export async function storeRefs(
  tx: Transaction,
  project: { id: string },
  changes: RefChanges,
  info: ReadonlyMap<string, CommitInfo>,
): Promise<StoredChanges> {
  const now = new Date();
  const fresh = await insertRefs(tx, project.id, changes, info, now);
  const moved: ChangedRef[] = [];
  for (const { known, commit } of changes.moved) {
    moved.push(
      await tx.ref.update({
        where: { id: known.id },
        data: { commit, changedAt: now, goneAt: null, ...detailsOf(info.get(commit)) },
        select: selection,
      }),
    );
  }
  const goneIds = changes.gone.map((ref) => ref.id);
  if (goneIds.length > 0) await tx.ref.updateMany({ where: { id: { in: goneIds } }, data: { goneAt: now } });
  const gone = goneIds.length === 0 ? [] : await tx.ref.findMany({ where: { id: { in: goneIds } }, select: selection });
  return { any: fresh.length + moved.length + gone.length > 0, fresh, moved, gone };
}

async function insertRefs(
  tx: Transaction,
  projectId: string,
  changes: RefChanges,
  info: ReadonlyMap<string, CommitInfo>,
  now: Date,
): Promise<ChangedRef[]> {
  if (changes.added.length === 0) return [];
  const taken = new Set((await tx.ref.findMany({ where: { projectId }, select: { slug: true } })).map((ref) => ref.slug));
  const rows = changes.added.map((ref) => {
    const plain = slugOf(ref.name);
    const slug = taken.has(plain) ? distinctSlugOf(`${ref.kind}/${ref.name}`) : plain;
    taken.add(slug);
    return { projectId, kind: ref.kind, name: ref.name, slug, commit: ref.commit, changedAt: now, ...detailsOf(info.get(ref.commit)) };
  });
  for (let start = 0; start < rows.length; start += insertBatch)
    await tx.ref.createMany({ data: rows.slice(start, start + insertBatch), skipDuplicates: true });
  return tx.ref.findMany({ where: { projectId, slug: { in: rows.map((row) => row.slug) } }, select: selection });
}

/** Details belong to a commit: an unknown new commit must not keep the old one's subject. */
function detailsOf(commit: CommitInfo | undefined) {
  return {
    authorName: commit?.authorName ?? null,
    authorEmail: commit?.authorEmail ?? null,
    subject: commit?.subject ?? null,
    committedAt: commit?.committedAt ?? null,
  };
}
