import type { CommitInfo } from "#lib/adapters/git/mirror.ts";
import { type CommitRange, fetchRangeHistory, readRange } from "#lib/adapters/git/range.ts";
import { BerthError, describeError, isBerthError } from "#lib/core/errors.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import { openSource } from "../builds/source.ts";
import type { WorkerContext } from "../workers/context.ts";
import { isMigrationPath } from "./migration-paths.ts";

/** Commits and paths that are kept of each; the counts are of all. */
export const rangeAtMost = 200;
const atOnce = 20;
const fetchTimeoutMs = 2 * 60_000;

interface Wanted {
  readonly projectId: string;
  readonly fromCommit: string;
  readonly toCommit: string;
  readonly refName: string;
}

/**
 * Reads what lies between what runs in an environment and what could come there: by promotion from the stage before, or by going back to an
 * earlier release; and between what somebody wants release notes of. Pages show what is stored; nothing waits for Git.
 */
export async function readRanges(context: WorkerContext): Promise<void> {
  for (const wanted of await findWanted(context)) {
    const range = await readOne(context, wanted);
    await context.database.$transaction(async (tx) => {
      const { count } = await tx.commitRange.createMany({ data: [{ ...keyOf(wanted), ...range }], skipDuplicates: true });
      if (count > 0) await appendEvent(tx, { kind: "commits.compared", projectId: wanted.projectId });
    });
  }
}

function keyOf({ projectId, fromCommit, toCommit }: Wanted) {
  return { projectId, fromCommit, toCommit };
}

async function findWanted(context: WorkerContext): Promise<Wanted[]> {
  return context.database.$queryRaw<Wanted[]>`
    WITH places AS (
      SELECT e.id, e.project_id, e.ref_id, s.position, r.commit, (s.starts = 'by_promotion' OR s.verdict_required) AS gated, e.stage_id, r.number
      FROM environment e JOIN stage s ON s.id = e.stage_id JOIN project p ON p.id = e.project_id JOIN release r ON r.id = e.live_release_id
      WHERE e.destroyed_at IS NULL AND p.deleted_at IS NULL),
    pairs AS (
      SELECT target.project_id, target.commit AS from_commit, source.commit AS to_commit, source.id AS environment_id
      FROM places source JOIN places target ON target.project_id = source.project_id AND target.gated AND target.position > source.position
        AND (target.ref_id IS NULL OR target.ref_id = source.ref_id)
        AND NOT EXISTS (
          SELECT 1 FROM stage between_them WHERE between_them.project_id = source.project_id AND between_them.removed_at IS NULL
            AND between_them.position > source.position AND between_them.position < target.position
            AND (between_them.starts = 'by_promotion' OR between_them.verdict_required))
      UNION
      SELECT place.project_id, place.commit, earlier.commit, place.id
      FROM places place JOIN release earlier ON earlier.environment_id = place.id AND earlier.served_at IS NOT NULL
      WHERE earlier.number >= place.number - 10),
    asked AS (
      SELECT project_id, from_commit, to_commit,
        COALESCE((SELECT d.ref_name FROM deployment d WHERE d.environment_id = pairs.environment_id ORDER BY d.number DESC LIMIT 1), '') AS ref_name
      FROM pairs
      UNION ALL
      SELECT n.project_id, n.from_commit, n.to_commit, n.ref_name FROM release_note n JOIN project p ON p.id = n.project_id WHERE p.deleted_at IS NULL)
    SELECT DISTINCT ON (asked.project_id, from_commit, to_commit) asked.project_id AS "projectId", from_commit AS "fromCommit",
      to_commit AS "toCommit", ref_name AS "refName"
    FROM asked WHERE from_commit <> to_commit
      AND NOT EXISTS (SELECT 1 FROM commit_range c WHERE c.project_id = asked.project_id AND c.from_commit = asked.from_commit AND c.to_commit = asked.to_commit)
    LIMIT ${atOnce}`;
}

/** A range that cannot be read is stored as such: asked for again and again it would be no better. */
async function readOne(context: WorkerContext, wanted: Wanted) {
  try {
    return stored(await fromGit(context, wanted));
  } catch (error) {
    if (!isBerthError(error) || isBerthError(error, "git_unreachable", "git_timed_out")) throw error;
    context.log.info({ projectId: wanted.projectId, reason: describeError(error) }, "Two commits could not be compared.");
    return stored({ commitsIn: [], commitsOut: [], inCount: 0, outCount: 0, complete: false, paths: null });
  }
}

async function fromGit(context: WorkerContext, wanted: Wanted): Promise<CommitRange> {
  const { source, mirror } = await openSource(context, wanted.projectId);
  if (source.kind === "local") return readRange(context.git, source.gitDir, wanted.fromCommit, wanted.toCommit, rangeAtMost);
  const first = await readRange(context.git, mirror, wanted.fromCommit, wanted.toCommit, rangeAtMost).catch((error: unknown) => {
    if (isBerthError(error, "source_gone")) return null;
    throw error;
  });
  if (first?.complete === true) return first;
  if (wanted.refName !== "")
    await fetchRangeHistory(context.git, source, mirror, wanted.refName, { timeoutMs: fetchTimeoutMs }).catch((error: unknown) => {
      if (!isBerthError(error, "source_gone")) throw error;
    });
  const second = await readRange(context.git, mirror, wanted.fromCommit, wanted.toCommit, rangeAtMost);
  if (second.inCount + second.outCount === 0 && !second.complete) throw new BerthError("source_gone");
  return second;
}

function stored(range: CommitRange) {
  return {
    commitsIn: range.commitsIn.map(commitJson),
    commitsOut: range.commitsOut.map(commitJson),
    inCount: range.inCount,
    outCount: range.outCount,
    complete: range.complete,
    migrations: (range.paths ?? []).filter(isMigrationPath).slice(0, rangeAtMost),
    filesCount: range.paths?.length ?? 0,
  };
}

function commitJson({ commit, subject, authorName, committedAt }: CommitInfo) {
  return { commit, subject, author: authorName, at: committedAt.toISOString() };
}
