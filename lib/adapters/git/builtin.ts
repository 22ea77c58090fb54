import { rename, rm } from "node:fs/promises";

import { BerthError } from "#lib/core/errors.ts";

import { exitCodeOf } from "./failure.ts";
import { parseFullRef } from "./ref-name.ts";
import { createBareRepository, isRepository } from "./repository-files.ts";
import type { GitRunner } from "./runner.ts";

const call = { timeoutMs: 30_000, maxOutputBytes: 64 * 1024, protocols: [] } as const;

/**
 * What pushing and fetching may do. Only branches and tags exist for the outside. Forced pushes and deletions are part of a branch's life.
 * Nothing is cleaned up by git itself: a commit that is being built must not vanish because its branch was pushed again.
 */
const config = `	hooksPath = /dev/null
	logAllRefUpdates = false
[receive]
	fsckObjects = true
	maxInputSize = 2147483648
	denyDeletes = false
	denyDeleteCurrent = ignore
	denyNonFastForwards = false
	advertisePushOptions = false
	autogc = false
[receive "fsck"]
	zeroPaddedFilemode = warn
	missingSpaceBeforeDate = warn
	missingNameBeforeEmail = ignore
	missingEmail = warn
	badTimezone = warn
[http]
	receivepack = true
	uploadpack = true
	getanyfile = false
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[transfer]
	hideRefs = refs
	hideRefs = !refs/heads
	hideRefs = !refs/tags
[gc]
	auto = 0
`;

/** Makes the bare repository behind Berth's own Git address; does nothing when it is there. HEAD starts at `refs/heads/master`. */
export async function createBuiltinRepository(runner: GitRunner, gitDir: string): Promise<void> {
  await createBareRepository(runner, gitDir, `[core]\n${config}`);
}

/** Removes the repository; one that is gone already is fine. */
export async function deleteBuiltinRepository(gitDir: string): Promise<void> {
  // Renamed first, so that nobody meets half of it.
  const going = `${gitDir}.going`;
  await rm(going, { recursive: true, force: true });
  if (await isRepository(gitDir)) await rename(gitDir, going);
  else await rm(gitDir, { recursive: true, force: true });
  await rm(going, { recursive: true, force: true });
}

/** The short name of the branch HEAD points to, whether it exists or not; null when HEAD points to none. */
export async function readHead(runner: GitRunner, gitDir: string): Promise<string | null> {
  try {
    const output = await runner.run(["symbolic-ref", "--quiet", "HEAD"], { ...call, gitDir });
    const ref = parseFullRef(output.toString("utf8").trim());
    return ref?.kind === "branch" ? ref.name : null;
  } catch (error) {
    if (exitCodeOf(error) === 1) return null;
    throw error;
  }
}

/** Makes `branch` (short name) the default branch. Throws BerthError `invalid_input` when it cannot be a branch. */
export async function setHead(runner: GitRunner, gitDir: string, branch: string): Promise<void> {
  const ref = parseFullRef(`refs/heads/${branch}`);
  if (ref === null) throw new BerthError("invalid_input", { detail: "That is not the name of a branch." });
  await runner.run(["symbolic-ref", "HEAD", ref.fullName], { ...call, gitDir });
}
