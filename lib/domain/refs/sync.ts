import { type RemoteRef, type RemoteRefs, listRemoteRefs } from "#lib/adapters/git/ls-remote.ts";
import { type CommitInfo, fetchCommitInfo, readCommits } from "#lib/adapters/git/mirror.ts";
import type { PullRef } from "#lib/adapters/git/pull-refs.ts";
import type { GitSource } from "#lib/adapters/git/source.ts";
import { describeError, isBerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { openSource } from "../builds/source.ts";
import { learnPipelineFile } from "../pipeline-files/read.ts";
import { describePulls, listPulls } from "../pull-requests/look.ts";
import { storePulls } from "../pull-requests/store.ts";
import type { WorkerContext } from "../workers/context.ts";
import { type RefChanges, diffRefs } from "./diff.ts";
import { followRefs } from "./follow.ts";
import { storeRefs } from "./store.ts";

const listTimeoutMs = 60_000;
const infoTimeoutMs = 5 * 60_000;
/** Commit details are for reading; with very many refs the newest-named come first and the rest follows on later syncs. */
const infoBatch = 2_000;
/** Files of so many refs are read after a look; of others when they are built. */
const filesAtOnce = 20;

/** Projects being looked at by this process; true: somebody rang meanwhile. */
const turns = new Map<string, boolean>();

/**
 * Looks at the remote, whatever made us look: truth comes from its list of refs, never from a message. One look at a time
 * for each project; a ring during one makes another follow, so that an older list is never stored over a newer one.
 */
export async function syncRefs(context: WorkerContext, projectId: string): Promise<void> {
  if (turns.has(projectId)) {
    turns.set(projectId, true);
    return;
  }
  let details: Details | null = null;
  try {
    do {
      turns.set(projectId, false);
      details = await look(context, projectId).catch((error: unknown) => {
        // Who rang has gone away content, so his look must not be lost with ours; alone, the queue tries again.
        if (turns.get(projectId) !== true) throw error;
        return null;
      });
    } while (turns.get(projectId) === true);
  } finally {
    turns.delete(projectId);
  }
  // Reading the commits of a large repository takes minutes; the next look need not wait for it.
  await details?.();
}

type Details = () => Promise<void>;

/** Stores what the remote lists; gives what is left to do for the sake of readers. */
async function look(context: WorkerContext, projectId: string): Promise<Details | null> {
  const startedAt = new Date();
  try {
    const { source, mirror } = await openSource(context, projectId);
    const remote = await listRemoteRefs(context.git, source, { timeoutMs: listTimeoutMs });
    const pulls = await listPulls(context, projectId, source);
    await store(context, { projectId, source, startedAt, remote, pulls });
    if (source.kind === "local") return () => learnFiles(context, projectId, source.gitDir);
    return async () => {
      await addCommitInfo(context, projectId, source, mirror, remote.refs);
      await describePulls(context, projectId, source, mirror);
    };
  } catch (error) {
    if (isBerthError(error, "not_found")) return null;
    await recordFailure(context, projectId, error);
    // What is no answer of the remote's (a lost connection to the database, say) is tried again by the queue.
    if (!isBerthError(error)) throw error;
    return null;
  }
}

interface Look {
  readonly projectId: string;
  readonly source: GitSource;
  readonly startedAt: Date;
  readonly remote: RemoteRefs;
  readonly pulls: readonly PullRef[] | null;
}

/** Stores what changed and lets the pipeline follow, in one transaction, unless a later look of another worker is stored already. */
async function store(context: WorkerContext, { projectId, source, startedAt, remote, pulls }: Look): Promise<void> {
  const readKnown = (from: Pick<WorkerContext["database"], "ref">) =>
    from.ref.findMany({ where: { projectId }, select: { id: true, kind: true, name: true, commit: true, goneAt: true } });
  // A built-in repository is on this disk: its commits are read before the page hears of them.
  const info =
    source.kind === "local"
      ? await readCommits(context.git, source.gitDir, changedCommits(diffRefs(await readKnown(context.database), remote.refs)))
      : new Map<string, CommitInfo>();
  await context.database.$transaction(
    async (tx) => {
      // Not FOR UPDATE: that would wait for everybody who adds a row of the project, who may wait for an environment locked here.
      await tx.$queryRaw`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR NO KEY UPDATE`;
      const project = await tx.project.findFirst({
        where: { id: projectId, deletedAt: null },
        select: { id: true, slug: true, defaultBranch: true, repositoryKind: true, syncedAt: true },
      });
      if (project === null || (project.syncedAt !== null && project.syncedAt > startedAt)) return;
      const branch = chooseDefaultBranch(remote.defaultBranch, project.defaultBranch, remote.refs);
      const changed = await storeRefs(tx, project, diffRefs(await readKnown(tx), remote.refs), info);
      await tx.project.update({
        where: { id: projectId },
        data: { syncedAt: startedAt, defaultBranch: branch, syncErrorCode: null, syncErrorText: null, syncRequestedAt: null },
      });
      await followRefs(tx, context.settings, { ...project, defaultBranch: branch }, changed);
      const pullsChanged = await storePulls(tx, projectId, pulls, remote.refs);
      if (changed.any || pullsChanged || branch !== project.defaultBranch) await appendEvent(tx, { kind: "refs.changed", projectId });
    },
    { timeout: 60_000 },
  );
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

/** What the newest refs say of their pipeline, for the pages; a build reads its own commit's file again if need be. */
async function learnFiles(context: WorkerContext, projectId: string, gitDir: string): Promise<void> {
  const refs = await context.database.ref.findMany({
    where: { projectId, goneAt: null },
    select: { commit: true },
    orderBy: { changedAt: "desc" },
    take: filesAtOnce,
  });
  const commits = [...new Set(refs.map(({ commit }) => commit))];
  const known = await context.database.pipelineFile.findMany({ where: { projectId, commit: { in: commits } }, select: { commit: true } });
  const read = new Set(known.map(({ commit }) => commit));
  const missing = commits.filter((commit) => !read.has(commit));
  try {
    for (const commit of missing) await learnPipelineFile(context, { projectId, commit, gitDir });
    if (missing.length > 0) await appendEvent(context.database, { kind: "refs.changed", projectId });
  } catch (error) {
    context.log.info({ projectId, reason: describeError(error) }, "A pipeline file could not be read; its build reads it again.");
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
