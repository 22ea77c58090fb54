import { fetchCommitInfo } from "#lib/adapters/git/mirror.ts";
import { type PullRef, listPullRefs } from "#lib/adapters/git/pull-refs.ts";
import type { GitSource } from "#lib/adapters/git/source.ts";
import { describeError, isBerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { WorkerContext } from "../workers/context.ts";

const listTimeoutMs = 60_000;
const infoTimeoutMs = 60_000;
const describedAtOnce = 200;

/**
 * The pull requests the remote lists; none where the project does not want them, which takes away what there was; null where they could not be
 * listed, which changes nothing.
 */
export async function listPulls(context: WorkerContext, projectId: string, source: GitSource): Promise<readonly PullRef[] | null> {
  const project = await context.database.project.findUnique({ where: { id: projectId }, select: { pullRequests: true } });
  if (project?.pullRequests !== true) return [];
  try {
    return await listPullRefs(context.git, source, { timeoutMs: listTimeoutMs });
  } catch (error) {
    if (!isBerthError(error)) throw error;
    context.log.info({ projectId, reason: describeError(error) }, "Pull requests could not be listed; they stay as they were.");
    return null;
  }
}

/** Reads who wrote the heads of pull requests, and their first lines. Nothing of them is checked out. */
export async function describePulls(context: WorkerContext, projectId: string, source: GitSource, mirror: string): Promise<void> {
  const bare = await context.database.pullRequest.findMany({
    where: { projectId, goneAt: null, closedAt: null, subject: null, commit: { not: null } },
    select: { commit: true, refName: true },
    orderBy: { number: "desc" },
    take: describedAtOnce,
  });
  const named = bare.flatMap(({ commit, refName }) => (commit === null || refName === null ? [] : [{ commit, fullName: refName }]));
  if (named.length === 0) return;
  try {
    const info = await fetchCommitInfo(context.git, source, mirror, named, { timeoutMs: infoTimeoutMs });
    for (const { commit, authorName, subject } of info.values())
      await context.database.pullRequest.updateMany({ where: { projectId, commit, subject: null }, data: { authorName, subject } });
    if (info.size > 0) await appendEvent(context.database, { kind: "refs.changed", projectId });
  } catch (error) {
    context.log.info(
      { projectId, reason: describeError(error) },
      "Commits of pull requests could not be read; they are there without details.",
    );
  }
}
