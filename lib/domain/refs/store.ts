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

export interface MovedRef extends ChangedRef {
  /** The commit it named before. */
  readonly previous: string;
}

export interface StoredChanges {
  readonly any: boolean;
  readonly fresh: readonly ChangedRef[];
  readonly moved: readonly MovedRef[];
  readonly gone: readonly ChangedRef[];
}

/** Writes what changed. A ref keeps its row, and so its slug and history, when it comes back. */
export async function storeRefs(
  tx: Transaction,
  project: { id: string },
  changes: RefChanges,
  info: ReadonlyMap<string, CommitInfo>,
): Promise<StoredChanges> {
  const now = new Date();
  const fresh = await insertRefs(tx, project.id, changes, info, now);
  const moved = await moveRefs(tx, changes, info, now);
  const gone = await endRefs(tx, changes, now);
  return { any: fresh.length + moved.length + gone.length > 0, fresh, moved, gone };
}

/** One statement, however many: a force-push of ten thousand branches must not hold the transaction for a minute. */
async function moveRefs(
  tx: Transaction,
  changes: RefChanges,
  info: ReadonlyMap<string, CommitInfo>,
  now: Date,
): Promise<readonly MovedRef[]> {
  if (changes.moved.length === 0) return [];
  const rows = changes.moved.map(({ known, commit }) => ({ id: known.id, commit, ...detailsOf(info.get(commit)) }));
  const before = new Map(changes.moved.map(({ known }) => [known.id, known.commit]));
  const stored = await tx.$queryRaw<ChangedRef[]>`
    UPDATE ref SET commit = m.commit, changed_at = ${now}::timestamptz, gone_at = NULL,
      author_name = m."authorName", author_email = m."authorEmail", subject = m.subject, committed_at = m."committedAt"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS m(id uuid, commit text, "authorName" text, "authorEmail" text, subject text, "committedAt" timestamptz)
    WHERE ref.id = m.id
    RETURNING ref.id, ref.kind::text AS kind, ref.name, ref.slug, ref.commit, ref.subject`;
  return stored.map((ref) => ({ ...ref, previous: before.get(ref.id) ?? ref.commit }));
}

async function endRefs(tx: Transaction, changes: RefChanges, now: Date): Promise<readonly ChangedRef[]> {
  if (changes.gone.length === 0) return [];
  return tx.$queryRaw<ChangedRef[]>`
    UPDATE ref SET gone_at = ${now}::timestamptz WHERE id = ANY(${changes.gone.map((ref) => ref.id)}::uuid[])
    RETURNING id, kind::text AS kind, name, slug, commit, subject`;
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
    return { kind: ref.kind, name: ref.name, slug, commit: ref.commit, ...detailsOf(info.get(ref.commit)) };
  });
  return tx.$queryRaw<ChangedRef[]>`
    INSERT INTO ref (id, project_id, kind, name, slug, commit, changed_at, author_name, author_email, subject, committed_at)
    SELECT gen_random_uuid(), ${projectId}::uuid, n.kind::"RefKind", n.name, n.slug, n.commit, ${now}::timestamptz,
      n."authorName", n."authorEmail", n.subject, n."committedAt"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS n(kind text, name text, slug text, commit text, "authorName" text, "authorEmail" text, subject text, "committedAt" timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING id, kind::text AS kind, name, slug, commit, subject`;
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
