import { execFile } from "node:child_process";
import { arch } from "node:os";
import { promisify } from "node:util";

import { z } from "zod";

import type { Engine } from "#lib/adapters/docker/client.ts";
import { BerthError } from "#lib/core/errors.ts";

import { type ImageFiles, packImage } from "./image-files.ts";

const execute = promisify(execFile);

const label = "berth.base-image";
const pullTimeoutMilliseconds = 300_000;
const importTimeoutMilliseconds = 180_000;
/** Docker's names for Node's architectures. */
const architectures: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm",
  ppc64: "ppc64le",
  s390x: "s390x",
  ia32: "386",
};

/**
 * Makes sure that a base image with Node.js exists on the engine under `reference` ("berth/node:20"). It is made from this
 * machine's own node and its libraries, without a network; where that is impossible (not Linux, another architecture),
 * the public node image is pulled and named so. Entry point is node; there is no shell. Throws `image_missing`.
 */
export async function ensureBaseImage(engine: Engine, reference: string): Promise<void> {
  const wanted = `node ${process.version}`;
  if ((await labelOf(engine, reference)) === wanted) return;
  if (process.platform === "linux" && (await engineArchitecture(engine)) === architectures[arch()]) {
    await importImage(engine, reference, {
      files: { programs: { "/usr/local/bin/node": process.execPath }, links: { "usr/bin/node": "/usr/local/bin/node" } },
      changes: ['ENTRYPOINT ["/usr/local/bin/node"]', `ENV NODE_VERSION=${process.versions.node}`, "WORKDIR /app"],
      label: wanted,
    });
  } else if ((await labelOf(engine, reference)) === undefined) {
    await pullInstead(engine, reference);
  }
}

/** Makes a small image with a shell and the usual tools from a busybox program of this machine. For tests. */
export async function ensureBusyboxImage(engine: Engine, reference: string, program: string): Promise<void> {
  const { stdout } = await execute(program, ["--list"], { timeout: 10_000 });
  const links = Object.fromEntries(
    stdout
      .split("\n")
      .filter((applet) => /^[\w.[\]+-]+$/.test(applet) && applet !== "busybox")
      .map((applet) => [`bin/${applet}`, "/bin/busybox"]),
  );
  const files: ImageFiles = { programs: { "/bin/busybox": program }, links };
  await importImage(engine, reference, { files, changes: ['CMD ["/bin/sh"]'], label: "busybox" });
}

/** The label of a base image of ours, "" for a foreign image of that name, undefined when there is none. */
async function labelOf(engine: Engine, reference: string): Promise<string | undefined> {
  try {
    const facts: unknown = await engine.getImage(reference).inspect();
    const { Config } = z.object({ Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish() }).parse(facts);
    return Config?.Labels?.[label] ?? "";
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
    throw new BerthError("docker_unavailable", { cause: error });
  }
}

async function engineArchitecture(engine: Engine): Promise<string> {
  return z.object({ Arch: z.string() }).parse(await engine.version()).Arch;
}

interface ImageRecipe {
  readonly files: ImageFiles;
  readonly changes: readonly string[];
  readonly label: string;
}

async function importImage(engine: Engine, reference: string, recipe: ImageRecipe): Promise<void> {
  const [repo, tag] = splitReference(reference);
  const changes = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    `LABEL "${label}"="${recipe.label}"`,
    ...recipe.changes,
  ];
  const files = packImage(recipe.files);
  const stopped = AbortSignal.timeout(importTimeoutMilliseconds);
  stopped.addEventListener("abort", () => files.destroy(new Error("The engine took too long")), { once: true });
  try {
    await drain(await engine.importImage(files, { repo, tag, changes }));
  } catch (error) {
    files.destroy();
    throw new BerthError("image_missing", {
      detail: `The base image ${reference} could not be made from this machine's programs.`,
      cause: error,
    });
  }
}

async function pullInstead(engine: Engine, reference: string): Promise<void> {
  const source = `node:${process.versions.node.split(".")[0] ?? "20"}-slim`;
  const [repo, tag] = splitReference(reference);
  try {
    const limit = { abortSignal: AbortSignal.timeout(pullTimeoutMilliseconds) };
    await drain(await engine.pull(source, limit));
    await engine.getImage(source).tag({ repo, tag });
  } catch (error) {
    throw new BerthError("image_missing", {
      detail: `The base image ${reference} cannot be made here, and ${source} could not be pulled.`,
      cause: error,
    });
  }
}

function splitReference(reference: string): [repository: string, tag: string] {
  const colon = reference.lastIndexOf(":");
  return colon > reference.lastIndexOf("/") ? [reference.slice(0, colon), reference.slice(colon + 1)] : [reference, "latest"];
}

/** Reads an answer of JSON lines to its end; a line with an error is the failure. */
async function drain(answer: NodeJS.ReadableStream): Promise<void> {
  let text = "";
  for await (const chunk of answer) text = (text + String(chunk)).slice(-10_000);
  const failure = /"error":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  if (failure !== undefined) throw new Error(failure);
}
