import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";

import { BerthError, isBerthError } from "#lib/core/errors.ts";

import { asOrdinaryRepository, fetchFacts, type NamedCommit } from "./commit-facts.ts";
import { commitFormat, type CommitInfo, parseCommits } from "./commit-format.ts";
import { exitCodeOf } from "./failure.ts";
import { type FetchLimits, fetchShallow } from "./fetch.ts";
import { withMirrorTurn } from "./mirror-lock.ts";
import { isCommitId, requireCommitId, requireFetchableRef } from "./ref-name.ts";
import { createBareRepository } from "./repository-files.ts";
import type { GitRunner } from "./runner.ts";
import type { GitSource, RemoteSource } from "./source.ts";

export type { CommitInfo } from "./commit-format.ts";

interface FetchOptions extends FetchLimits {
  readonly fullRef: string;
  readonly commit: string;
}

/** How far the clocks of two people who commit to one branch may differ. */
const clockSkewMs = 24 * 60 * 60 * 1_000;
/** For calls that only look at what is here. */
const reading = { timeoutMs: 60_000, maxOutputBytes: 4 * 1024 * 1024, protocols: [] } as const;

/** Oddities of old but honest repositories that would otherwise make a whole history unreadable. */
const mirrorConfig = `[core]
	logAllRefUpdates = false
[fetch "fsck"]
	zeroPaddedFilemode = warn
	missingSpaceBeforeDate = warn
	missingNameBeforeEmail = ignore
	missingEmail = warn
	badTimezone = warn
`;

/** A bare repository that keeps what was fetched from a remote; made when missing. */
export async function ensureMirror(runner: GitRunner, gitDir: string): Promise<void> {
  await createBareRepository(runner, gitDir, mirrorConfig);
}

/**
 * Makes `commit`, the head of `fullRef` now or earlier, readable with its files, and answers where: the mirror, or the built-in repository itself.
 * A commit fetched for this ref before costs no network. Throws `source_gone` when the ref is gone or the commit is not in its history.
 */
export async function fetchCommit(
  runner: GitRunner,
  source: GitSource,
  mirrorDir: string,
  options: FetchOptions,
): Promise<{ gitDir: string }> {
  const wanted = { fullRef: requireFetchableRef(options.fullRef), commit: requireCommitId(options.commit) };
  if (source.kind === "local") {
    const found = await isInHistory(runner, source.gitDir, wanted.commit, wanted.fullRef);
    if (!found) throw goneFrom(wanted.fullRef, wanted.commit);
    return { gitDir: source.gitDir };
  }
  await ensureMirror(runner, mirrorDir);
  const kept = keptName(source.url, wanted.fullRef, wanted.commit);
  await withMirrorTurn(mirrorDir, options, async (remainingMs) => {
    if (await isKept(runner, mirrorDir, kept)) return;
    await fetchHistory(runner, source, mirrorDir, wanted, { ...options, timeoutMs: remainingMs });
    await runner.run(["update-ref", kept, wanted.commit], { ...reading, gitDir: mirrorDir });
  });
  return { gitDir: mirrorDir };
}

/**
 * First only the head of the ref: nearly always the commit, and every server can do it. When the ref has moved on, more of its history, until the
 * commit turns up in it: that proves it belongs to the ref, which asking for its id would not. How far back to look, the commit itself says.
 */
async function fetchHistory(
  runner: GitRunner,
  source: RemoteSource,
  mirrorDir: string,
  wanted: { readonly fullRef: string; readonly commit: string },
  limits: FetchLimits,
): Promise<void> {
  const deadline = performance.now() + limits.timeoutMs;
  const incoming = `refs/berth/incoming/${randomBytes(8).toString("hex")}`;
  const fetchWith = (flag: string, refspec: string) =>
    fetchShallow(runner, source, mirrorDir, flag, refspec, { ...limits, timeoutMs: Math.max(1, deadline - performance.now()) });
  const turnsUp = async (flag: string) => {
    await fetchWith(flag, `+${wanted.fullRef}:${incoming}`);
    return isInHistory(runner, mirrorDir, wanted.commit, incoming);
  };
  try {
    if ((await turnsUp("--depth=1")) || (await turnsUp("--depth=50"))) return;
    await fetchWith("--depth=1", wanted.commit).catch(ignoreGone);
    const time = (await readCommits(runner, mirrorDir, [wanted.commit])).get(wanted.commit)?.committedAt.getTime();
    const flag = time === undefined ? "--depth=1000" : `--shallow-since=${Math.max(0, Math.floor((time - clockSkewMs) / 1_000))}`;
    if (await turnsUp(flag)) return;
    throw goneFrom(wanted.fullRef, wanted.commit);
  } finally {
    await runner.run(["update-ref", "-d", incoming], { ...reading, gitDir: mirrorDir });
  }
}

/** A server may refuse to give what no ref points to; what we want may still lie in the ref's history. */
function ignoreGone(error: unknown): void {
  if (!isBerthError(error, "source_gone")) throw error;
}

/** The ref that keeps a fetched commit, and remembers from where and for which branch or tag it was fetched. */
function keptName(url: string, fullRef: string, commit: string): string {
  return `refs/berth/kept/${createHash("sha256").update(`${url} ${fullRef}`).digest("hex").slice(0, 32)}/${commit}`;
}

function goneFrom(fullRef: string, commit: string): BerthError {
  return new BerthError("source_gone", {
    detail: `${fullRef.replace(/^refs\/(?:heads|tags)\//, "")} no longer contains ${commit.slice(0, 12)}.`,
  });
}

async function isKept(runner: GitRunner, gitDir: string, kept: string): Promise<boolean> {
  return runner.run(["rev-parse", "--verify", "--quiet", `${kept}^{commit}`], { ...reading, gitDir }).then(() => true, falseWhenGone);
}

/** Whether `ref` contains `commit`; tags are peeled. */
async function isInHistory(runner: GitRunner, gitDir: string, commit: string, ref: string): Promise<boolean> {
  return runner.run(["merge-base", "--is-ancestor", commit, ref], { ...reading, gitDir }).then(() => true, falseWhenGone);
}

/** These commands say "no" with exit code 1, and complain about an object that is not there; anything else is a real failure. */
function falseWhenGone(error: unknown): false {
  if (exitCodeOf(error) === 1 || isBerthError(error, "source_gone")) return false;
  throw error;
}

const readChunk = 500;

/** Author, subject and time of commits in a repository; those it does not have are absent from the map. */
export async function readCommits(runner: GitRunner, gitDir: string, commits: readonly string[]): Promise<Map<string, CommitInfo>> {
  const ids = [...new Set(commits)].filter(isCommitId);
  const found = new Map<string, CommitInfo>();
  for (let start = 0; start < ids.length; start += readChunk) {
    for (const info of await readChunkOfCommits(runner, gitDir, ids.slice(start, start + readChunk))) found.set(info.commit, info);
  }
  return found;
}

/** A commit with an absurd message only costs itself: the chunk is halved until it stands alone. */
async function readChunkOfCommits(runner: GitRunner, gitDir: string, ids: readonly string[]): Promise<CommitInfo[]> {
  const args = [
    "log",
    "--no-walk=unsorted",
    "--ignore-missing",
    "--stdin",
    "--encoding=UTF-8",
    "--no-color",
    "--no-notes",
    `--format=${commitFormat}`,
  ];
  try {
    return parseCommits(await runner.run(args, { ...reading, gitDir, input: `${ids.join("\n")}\n` }));
  } catch (error) {
    if (!isBerthError(error, "git_failed", "source_gone")) throw error;
    if (ids.length <= 1) return [];
    const half = Math.ceil(ids.length / 2);
    return [
      ...(await readChunkOfCommits(runner, gitDir, ids.slice(0, half))),
      ...(await readChunkOfCommits(runner, gitDir, ids.slice(half))),
    ];
  }
}

/**
 * Author, subject and time of the refs' commits, fetched without their files where the server can. Never fails because of the remote: what could
 * not be had within the limits is absent and can be asked for again. Throws only when aborted.
 */
export async function fetchCommitInfo(
  runner: GitRunner,
  source: GitSource,
  mirrorDir: string,
  refs: readonly NamedCommit[],
  limits: FetchLimits,
): Promise<Map<string, CommitInfo>> {
  const commits = refs.map((ref) => ref.commit);
  if (source.kind === "local") return readCommits(runner, source.gitDir, commits);
  await ensureMirror(runner, mirrorDir);
  // Apart from the mirror: git would take a commit known without its files for one that needs no fetching.
  const factsDir = join(mirrorDir, "berth-commits");
  await ensureMirror(runner, factsDir);
  const known = await readCommits(runner, mirrorDir, commits);
  const learn = async (ids: readonly string[]) => {
    for (const [commit, info] of await readCommits(runner, factsDir, ids)) known.set(commit, info);
  };
  await withMirrorTurn(factsDir, limits, async (remainingMs) => {
    await asOrdinaryRepository(factsDir);
    await learn(commits);
    const missing = [...new Map(refs.filter((ref) => !known.has(ref.commit)).map((ref) => [ref.commit, ref])).values()];
    if (missing.length === 0) return;
    try {
      await fetchFacts(runner, source, factsDir, missing, { ...limits, timeoutMs: remainingMs });
    } finally {
      await asOrdinaryRepository(factsDir);
      await learn(missing.map((ref) => ref.commit));
    }
  }).catch((error: unknown) => {
    if (!isBerthError(error) || limits.signal?.aborted) throw error;
  });
  return known;
}
