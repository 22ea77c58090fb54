import { type RemoteRef, listRemoteRefs } from "#lib/adapters/git/ls-remote.ts";
import { type CommitInfo, fetchCommitInfo, readCommits } from "#lib/adapters/git/mirror.ts";
import { describeError, isBerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { openSource } from "../builds/source.ts";
import type { WorkerContext } from "../workers/context.ts";
import { type RefChanges, diffRefs } from "./diff.ts";
import { followRefs } from "./follow.ts";
import { storeRefs } from "./store.ts";

const listTimeoutMs = 60_000;
const infoTimeoutMs = 5 * 60_000;
/** Commit details are for reading; with very many refs the newest-named come first and the rest follows on later syncs. */
const infoBatch = 2_000;

/**
 * Looks at the remote, whatever made us look: truth comes from its list of refs, never from a message. Stores what
 * changed and lets the pipeline follow, in one transaction.
 */
export async function syncRefs(context: WorkerContext, projectId: string): Promise<void> {
  const startedAt = new Date();
  try {
    const { source, mirror } = await openSource(context, projectId);
    const { defaultBranch, refs } = await listRemoteRefs(context.git, source, { timeoutMs: listTimeoutMs });
    const known = await context.database.ref.findMany({
      where: { projectId },
      select: { id: true, kind: true, name: true, commit: true, goneAt: true },
    });
    const changes = diffRefs(known, refs);
    // A built-in repository is on this disk: its commits are read before the page hears of them.
    const info =
      source.kind === "local" ? await readCommits(context.git, source.gitDir, changedCommits(changes)) : new Map<string, CommitInfo>();
    await context.database.$transaction(
      async (tx) => {
        const project = await tx.project.findFirst({
          where: { id: projectId, deletedAt: null },
          select: { id: true, slug: true, defaultBranch: true, repositoryKind: true, syncedAt: true },
        });
        if (project === null) return;
        const branch = chooseDefaultBranch(defaultBranch, project.defaultBranch, refs);
        const changed = await storeRefs(tx, project, changes, info);
        await tx.project.update({
          where: { id: projectId },
          data: { syncedAt: startedAt, defaultBranch: branch, syncErrorCode: null, syncErrorText: null, syncRequestedAt: null },
        });
        await followRefs(tx, context.settings, { ...project, defaultBranch: branch }, changed);
        if (changed.any || branch !== project.defaultBranch) await appendEvent(tx, { kind: "refs.changed", projectId });
      },
      { timeout: 60_000 },
    );
    if (source.kind === "remote") await addCommitInfo(context, projectId, source, mirror, refs);
  } catch (error) {
    if (isBerthError(error, "not_found")) return;
    await recordFailure(context, projectId, error);
  }
}

/** The remote's HEAD, as long as it names a branch that exists; else what it was, else a branch of a usual name, else any. */
function chooseDefaultBranch(head: string | null, before: string | null, refs: readonly RemoteRef[]): string | null {
  const branches = new Set(refs.filter((ref) => ref.kind === "branch").map((ref) => ref.name));
  return [head, before, "main", "master", ...branches].find((name) => name !== null && branches.has(name)) ?? before;
}

function changedCommits(changes: RefChanges): string[] {
  return [...new Set([...changes.added.map((ref) => ref.commit), ...changes.moved.map((ref) => ref.commit)])];
}

async function addCommitInfo(
  context: WorkerContext,
  projectId: string,
  source: Parameters<typeof fetchCommitInfo>[1],
  mirror: string,
  refs: readonly RemoteRef[],
): Promise<void> {
  const bare = await context.database.ref.findMany({
    where: { projectId, goneAt: null, committedAt: null },
    select: { kind: true, name: true, commit: true },
    orderBy: { changedAt: "desc" },
    take: infoBatch,
  });
  if (bare.length === 0) return;
  const wanted = new Set(bare.map((ref) => ref.commit));
  try {
    const info = await fetchCommitInfo(
      context.git,
      source,
      mirror,
      refs.filter((ref) => wanted.has(ref.commit)),
      { timeoutMs: infoTimeoutMs },
    );
    for (const commit of info.values()) {
      await context.database.ref.updateMany({
        where: { projectId, commit: commit.commit, committedAt: null },
        data: { authorName: commit.authorName, authorEmail: commit.authorEmail, subject: commit.subject, committedAt: commit.committedAt },
      });
    }
    await appendEvent(context.database, { kind: "refs.changed", projectId });
  } catch (error) {
    context.log.info({ projectId, reason: describeError(error) }, "Commit details could not be read; the refs are there without them.");
  }
}

async function recordFailure(context: WorkerContext, projectId: string, error: unknown): Promise<void> {
  const known = isBerthError(error) ? error : null;
  if (known === null) context.log.error({ err: error, projectId }, "A sync ended by a mistake of Berth's.");
  await context.database.project.updateMany({
    where: { id: projectId },
    data: { syncErrorCode: known?.code ?? "internal", syncErrorText: known?.detail ?? null, syncRequestedAt: null },
  });
  await appendEvent(context.database, { kind: "refs.sync-failed", projectId });
}
