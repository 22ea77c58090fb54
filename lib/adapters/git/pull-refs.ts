import { isCommitId, parsePullRef } from "./ref-name.ts";
import type { GitRunner } from "./runner.ts";
import { type GitSource, withRemote } from "./source.ts";

export interface PullRef {
  readonly number: number;
  readonly commit: string;
  /** refs/pull/12/head, or refs/merge-requests/12/head. */
  readonly fullName: string;
}

const maxOutputBytes = 16 * 1024 * 1024;

/**
 * The heads of all pull requests a remote has ever had, the newest first, as forges of GitHub's kind and GitLab publish them. None for a
 * repository of Berth's own. Throws what the runner throws.
 */
export async function listPullRefs(runner: GitRunner, source: GitSource, limits: { readonly timeoutMs: number }): Promise<PullRef[]> {
  if (source.kind === "local") return [];
  const args = ["ls-remote", "--", source.url, "refs/pull/*/head", "refs/merge-requests/*/head"];
  const output = await withRemote(runner, source, (env) => runner.run(args, { ...limits, env, maxOutputBytes }));
  const byNumber = new Map<number, PullRef>();
  for (const line of output.toString("utf8").split("\n")) {
    const [commit = "", fullName = ""] = line.split("\t");
    const pull = parsePullRef(fullName);
    if (pull !== null && isCommitId(commit) && !byNumber.has(pull.number))
      byNumber.set(pull.number, { number: pull.number, commit, fullName });
  }
  return [...byNumber.values()].toSorted((one, other) => other.number - one.number);
}
