import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
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

/** Gives `work` the variables that make git reach a remote and sign in; a deploy key lies on disk only as long as `work` runs. */
export async function withRemote<Result>(
  runner: GitRunner,
  source: RemoteSource,
  work: (env: GitEnvironment) => Promise<Result>,
): Promise<Result> {
  const scheme = source.url.slice(0, source.url.indexOf(":"));
  if (scheme === "ssh") return withSsh(runner, source, work);
  if (scheme !== "http" && scheme !== "https") return work({});
  const settings: Setting[] = [];
  const addresses = await checkedAddresses(runner, source.url);
  if (addresses !== null) {
    const { hostname, port } = target(source.url);
    settings.push(["http.curloptResolve", `${hostname}:${port}:${addresses.map(bracketed).join(",")}`]);
  }
  if (source.credential !== undefined) settings.push(credentialHeader(source.url, source.credential));
  return work(asEnvironment(settings));
}

type Setting = readonly [key: string, value: string];

/** Settings by environment: nothing of them appears in the process list. */
function asEnvironment(settings: readonly Setting[]): GitEnvironment {
  const numbered = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(numbered), GIT_CONFIG_COUNT: String(settings.length) };
}

/** The credential as a header bound to one origin. */
function credentialHeader(url: string, credential: GitCredential): Setting {
  if (credential.kind !== "basic") throw unusable("A deploy key works with ssh:// only; store a user name and token.");
  if (credential.username.includes(":")) throw unusable("The stored user name contains a colon, which basic authentication cannot carry.");
  const token = Buffer.from(`${credential.username}:${credential.password}`, "utf8").toString("base64");
  return [`http.${new URL(url).origin}/.extraHeader`, `Authorization: Basic ${token}`];
}

async function withSsh<Result>(runner: GitRunner, source: RemoteSource, work: (env: GitEnvironment) => Promise<Result>): Promise<Result> {
  const env: Record<string, string> = {
    GIT_SSH: join(runner.homeDir, sshProgram.fileName),
    GIT_SSH_VARIANT: "ssh",
    [sshProgram.knownHostsVariable]: join(runner.homeDir, "known_hosts"),
    [sshProgram.keyVariable]: "none",
  };
  const address = (await checkedAddresses(runner, source.url))?.[0];
  if (address !== undefined) {
    const { hostname, port } = target(source.url);
    env[sshProgram.addressVariable] = address;
    env[sshProgram.hostKeyVariable] = port === 22 ? hostname : `[${hostname}]:${port}`;
  }
  if (source.credential === undefined) return work(env);
  if (source.credential.kind !== "ssh") throw unusable("ssh:// needs a deploy key, not a password.");
  const folder = await keyFolder(runner.homeDir);
  try {
    const keyFile = join(folder, "key");
    await writeFile(keyFile, normaliseKey(source.credential.privateKey), { mode: 0o600, flag: "wx" });
    return await work({ ...env, [sshProgram.keyVariable]: keyFile });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The addresses the installation's policy allows for the URL's host, which git is then held to; null without a policy or without a name. */
async function checkedAddresses(runner: GitRunner, url: string): Promise<readonly string[] | null> {
  if (runner.resolveHost === undefined || !URL.canParse(url)) return null;
  const { hostname, port } = target(url);
  const addresses = await runner.resolveHost(hostname, port);
  if (addresses.length === 0) throw new BerthError("git_unreachable", { detail: `${hostname} has no address Berth may connect to.` });
  return isIP(hostname) === 0 ? addresses : null;
}

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443, "ssh:": 22 };

function target(url: string): { hostname: string; port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { hostname: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? (defaultPorts[protocol] ?? 0) : Number(port) };
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
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
  if (!looksRight) throw unusable("The stored deploy key is not a private key in PEM or OpenSSH form.");
  return key;
}

function unusable(detail: string): BerthError {
  return new BerthError("git_auth_required", { detail });
}
