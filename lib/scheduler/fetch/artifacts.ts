import { createReadStream } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { pack } from "tar-stream";

import { describeError } from "#lib/core/errors.ts";

import { type AppDefinition } from "../model/app.ts";
import { type Settings } from "../options.ts";
import { type Budget, download } from "./download.ts";
import { unpack } from "./unpack.ts";
import { type Artifact, type Unpacking, insideName } from "./unpacking.ts";

/** What was fetched for a task, on this machine until `remove`. */
export interface Fetched {
  /** The Docker configuration among it, for the pull of the image; null when there is none. */
  readonly dockerConfig: string | null;
  /** Everything, as an archive with one folder of this name, which is the sandbox. */
  archive(folder: string): Readable;
  remove(): Promise<void>;
}

const longestDockerConfig = 65_536;
const configNames = [".docker/config.json", ".dockercfg"];

/** Fetches everything an app asks for, in its order. Throws a sentence that names what could not be had. */
export async function fetchArtifacts(settings: Settings, taskId: string, app: AppDefinition, signal: AbortSignal): Promise<Fetched> {
  const folder = join(settings.workDir, "fetch", taskId);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  await remove();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const budget: Budget = { left: settings.fetch.maxBytes, most: settings.fetch.maxBytes };
  const artifacts = new Map<string, Artifact>();
  let count = 0;
  const unpacking: Unpacking = {
    budget,
    newPath: () => join(folder, String((count += 1))),
    add: (artifact) => artifacts.set(artifact.name, artifact),
    signal: AbortSignal.any([signal, AbortSignal.timeout(settings.fetch.seconds * 1_000)]),
  };
  try {
    for (const wanted of app.fetch ?? []) await fetchOne(settings, wanted, artifacts, unpacking);
    return { dockerConfig: await findDockerConfig(artifacts), archive: (name) => packAll(name, [...artifacts.values()]), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

type Wanted = NonNullable<AppDefinition["fetch"]>[number];

async function fetchOne(settings: Settings, wanted: Wanted, artifacts: Map<string, Artifact>, unpacking: Unpacking): Promise<void> {
  const { uri } = wanted;
  try {
    const name = insideName(wanted.destPath ?? nameOf(uri));
    if (name === "") throw new Error("its address names no file");
    const earlier = isRelative(uri) ? artifacts.get(insideName(uri)) : undefined;
    if (isRelative(uri) && earlier?.kind !== "file") throw new Error("the sandbox has no such file");
    const path = earlier?.kind === "file" ? earlier.path : unpacking.newPath();
    if (earlier === undefined) await download(uri, path, settings.fetch, unpacking.budget, unpacking.signal);
    const { size } = await stat(path);
    if (wanted.extract && !wanted.executable) await unpack(name, path, unpacking);
    unpacking.add({ kind: "file", name, mode: wanted.executable ? 0o755 : 0o644, path, size });
  } catch (error) {
    const late = unpacking.signal.reason instanceof Error && unpacking.signal.reason.name === "TimeoutError";
    const reason = late ? `it took longer than ${settings.fetch.seconds} s` : describeError(error);
    throw new Error(`Failed to fetch ${withoutSecrets(uri)}: ${reason}`, { cause: error });
  }
}

/** An address without a scheme is a file that was fetched before. */
function isRelative(uri: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:/i.test(uri);
}

function nameOf(uri: string): string {
  const path = isRelative(uri) ? uri : decodeURIComponent(new URL(uri).pathname);
  return posix.basename(path);
}

/** Queries, user names and long parts of paths that mean nothing often are secrets: they go into no log. */
function withoutSecrets(uri: string): string {
  return uri
    .replace(/[?#].*$/s, "")
    .replace(/\/\/[^/@]*@/, "//")
    .replace(/\/[\w-]{40,}(?=\/|$)/g, "/…");
}

async function findDockerConfig(artifacts: ReadonlyMap<string, Artifact>): Promise<string | null> {
  for (const name of configNames) {
    const found = artifacts.get(name);
    if (found?.kind === "file" && found.size <= longestDockerConfig) return readFile(found.path, "utf8");
  }
  return null;
}

function packAll(sandbox: string, artifacts: readonly Artifact[]): Readable {
  const archive = pack();
  const fill = async (): Promise<void> => {
    // The task's user is not known here, and must be able to write: as in a Mesos sandbox, but for all.
    archive.entry({ name: `${sandbox}/`, type: "directory", mode: 0o1777 });
    for (const artifact of artifacts) {
      if (artifact.kind === "directory") archive.entry({ name: `${sandbox}/${artifact.name}`, type: "directory", mode: 0o755 });
      else if (artifact.kind === "link") archive.entry({ name: `${sandbox}/${artifact.name}`, type: "symlink", linkname: artifact.target });
      else {
        const { size } = await stat(artifact.path);
        await pipeline(createReadStream(artifact.path), archive.entry({ name: `${sandbox}/${artifact.name}`, mode: artifact.mode, size }));
      }
    }
    archive.finalize();
  };
  fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(archive);
}
