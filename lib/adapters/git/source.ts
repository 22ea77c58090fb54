import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { BerthError } from "#lib/core/errors.ts";

import type { GitRunner } from "./runner.ts";
import { sshProgram } from "./ssh-program.ts";

export type GitCredential =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "ssh"; readonly privateKey: string };

export type RemoteSource = { readonly kind: "remote"; readonly url: string; readonly credential?: GitCredential };

/** Where a project's code is: a built-in repository on this disk, or a URL from `parseRepositoryUrl`. */
export type GitSource = { readonly kind: "local"; readonly gitDir: string } | RemoteSource;

type GitEnvironment = Readonly<Record<string, string>>;

/** Gives `work` the variables that make git able to sign in; a deploy key lies on disk only as long as `work` runs. */
export async function withRemote<Result>(
  runner: GitRunner,
  source: RemoteSource,
  work: (env: GitEnvironment) => Promise<Result>,
): Promise<Result> {
  const scheme = source.url.slice(0, source.url.indexOf(":"));
  if (scheme === "ssh") return withSsh(runner, source, work);
  if (source.credential === undefined || scheme === "file") return work({});
  if (source.credential.kind !== "basic")
    throw new BerthError("git_auth_required", { detail: "A deploy key works with ssh:// only; store a user name and token." });
  return work(headerEnvironment(source.url, source.credential));
}

/** The credential as a header bound to one origin, in the environment: nothing of it appears in the process list. */
function headerEnvironment(url: string, credential: { readonly username: string; readonly password: string }): Record<string, string> {
  if (credential.username.includes(":"))
    throw new BerthError("git_auth_required", {
      detail: "The stored user name contains a colon, which basic authentication cannot carry.",
    });
  const token = Buffer.from(`${credential.username}:${credential.password}`, "utf8").toString("base64");
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${token}`,
  };
}

async function withSsh<Result>(runner: GitRunner, source: RemoteSource, work: (env: GitEnvironment) => Promise<Result>): Promise<Result> {
  const env = {
    GIT_SSH: join(runner.homeDir, sshProgram.fileName),
    GIT_SSH_VARIANT: "ssh",
    [sshProgram.knownHostsVariable]: join(runner.homeDir, "known_hosts"),
  };
  if (source.credential === undefined) return work({ ...env, [sshProgram.keyVariable]: "none" });
  if (source.credential.kind !== "ssh") throw new BerthError("git_auth_required", { detail: "ssh:// needs a deploy key, not a password." });
  const folder = await keyFolder(runner.homeDir);
  try {
    const keyFile = join(folder, "key");
    await writeFile(keyFile, normaliseKey(source.credential.privateKey), { mode: 0o600, flag: "wx" });
    return await work({ ...env, [sshProgram.keyVariable]: keyFile });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A fresh private folder named after this process; folders of processes that died with a key on disk are removed on the way. */
async function keyFolder(homeDir: string): Promise<string> {
  const keys = join(homeDir, "keys");
  await mkdir(keys, { recursive: true, mode: 0o700 });
  for (const name of await readdir(keys)) {
    const owner = Number(/^([1-9][0-9]*)-/.exec(name)?.[1] ?? 0);
    if (!isAlive(owner)) await rm(join(keys, name), { recursive: true, force: true });
  }
  return mkdtemp(join(keys, `${process.pid}-`));
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function normaliseKey(text: string): string {
  const key = `${text.replaceAll("\r\n", "\n").trim()}\n`;
  const looksRight = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\n[\s\S]+\n-----END [A-Z0-9 ]*PRIVATE KEY-----\n$/.test(key);
  if (!looksRight)
    throw new BerthError("git_auth_required", { detail: "The stored deploy key is not a private key in PEM or OpenSSH form." });
  return key;
}
