import { mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { BerthError } from "#lib/core/errors.ts";

import { exitCodeOf } from "./failure.ts";
import { isCommitId, parseFullRef, type RefName } from "./ref-name.ts";
import type { GitRunner } from "./runner.ts";
import { type GitSource, withRemote } from "./source.ts";

export interface RemoteRef extends RefName {
  /** Head commit; for an annotated tag the commit it points to. */
  readonly commit: string;
}

export interface RemoteRefs {
  /** Short name of the branch HEAD points to, or null while that branch does not exist. */
  readonly defaultBranch: string | null;
  readonly refs: RemoteRef[];
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const maxOutputBytes = 16 * 1024 * 1024;
const maxRefs = 50_000;

/**
 * Branches and tags as they are now. Other refs and names git would refuse are left out. An empty repository has no refs and no default branch.
 * Throws `git_failed` beyond 50 000 refs or 16 MiB, and what the runner throws.
 */
export async function listRemoteRefs(runner: GitRunner, source: GitSource, limits: Limits): Promise<RemoteRefs> {
  if (source.kind === "local") return listLocalRefs(runner, source.gitDir, limits);
  const args = ["ls-remote", "--symref", "--", source.url, "HEAD", "refs/heads/*", "refs/tags/*"];
  return withRemote(runner, source, async (env) => {
    const output = await runner.run(args, { ...limits, env, maxOutputBytes });
    if (output.length === 0 && source.url.startsWith("http")) await requireGitServer(runner, args, { ...limits, env });
    return parseRefList(output.toString("utf8"));
  });
}

/**
 * git takes a web page without line breaks for a repository without refs. Whoever believes that would call every branch deleted, so an empty
 * answer counts only when the server spoke the Git protocol. Throws `git_not_found`.
 */
async function requireGitServer(
  runner: GitRunner,
  args: readonly string[],
  call: Limits & { readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const folder = await mkdtemp(join(runner.homeDir, "trace-"));
  try {
    const trace = join(folder, "packets");
    await runner.run(args, { ...call, env: { ...call.env, GIT_TRACE_PACKET: trace }, maxOutputBytes });
    const packets = await stat(trace).then(
      (found) => found.size,
      () => 0,
    );
    if (packets === 0) throw new BerthError("git_not_found", { detail: "A web server answers at that URL, but not a Git server." });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function listLocalRefs(runner: GitRunner, gitDir: string, limits: Limits): Promise<RemoteRefs> {
  const reading = { ...limits, gitDir, maxOutputBytes, protocols: [] };
  const [head, refs] = await Promise.all([
    runner.run(["symbolic-ref", "--quiet", "HEAD"], reading).catch(emptyOnExitOne),
    runner.run(["show-ref", "--heads", "--tags", "--dereference"], reading).catch(emptyOnExitOne),
  ]);
  return parseRefList(`ref: ${head.toString("utf8").trim()}\tHEAD\n${refs.toString("utf8").replaceAll(" ", "\t")}`);
}

/** `symbolic-ref --quiet` and `show-ref` say "nothing there" with exit code 1. */
function emptyOnExitOne(error: unknown): Buffer {
  if (exitCodeOf(error) === 1) return Buffer.alloc(0);
  throw error;
}

/** The output of `ls-remote --symref`, whoever wrote it: lines that do not fit are not refs. */
export function parseRefList(output: string): RemoteRefs {
  const byName = new Map<string, RemoteRef>();
  let symbolicHead: string | undefined;
  let headCommit: string | undefined;
  for (const line of output.split("\n")) {
    const tab = line.indexOf("\t");
    const left = line.slice(0, tab);
    const right = line.slice(tab + 1);
    if (tab === -1) continue;
    if (right === "HEAD") {
      if (left.startsWith("ref: ")) symbolicHead = left.slice("ref: ".length);
      else headCommit = left;
      continue;
    }
    const peeled = right.endsWith("^{}");
    const ref = parseFullRef(peeled ? right.slice(0, -3) : right);
    if (ref === null || !isCommitId(left) || (peeled && ref.kind !== "tag")) continue;
    byName.set(ref.fullName, { ...ref, commit: left });
    if (byName.size > maxRefs)
      throw new BerthError("git_failed", {
        detail: `The repository has more than ${maxRefs} branches and tags; delete some that nobody needs.`,
      });
  }
  return { defaultBranch: findDefaultBranch(byName, symbolicHead, headCommit), refs: [...byName.values()] };
}

/** Old servers do not say where HEAD points; then it is the branch with HEAD's commit, a usual name first. */
function findDefaultBranch(
  byName: ReadonlyMap<string, RemoteRef>,
  symbolicHead: string | undefined,
  headCommit: string | undefined,
): string | null {
  if (symbolicHead !== undefined) {
    const ref = byName.get(symbolicHead);
    return ref?.kind === "branch" ? ref.name : null;
  }
  if (headCommit === undefined) return null;
  const candidates = [...byName.values()].filter((ref) => ref.kind === "branch" && ref.commit === headCommit).map((ref) => ref.name);
  return ["main", "master"].find((name) => candidates.includes(name)) ?? candidates[0] ?? null;
}
