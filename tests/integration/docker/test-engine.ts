import { execFile } from "node:child_process";
import { readFile, readdir, realpath } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";

import tar from "tar-stream";

import { type Engine, connectEngine, pingEngine } from "#lib/adapters/docker/client.ts";
import { inspectImage, listImages, removeImage } from "#lib/adapters/docker/images.ts";
import { dialStream } from "#lib/adapters/docker/request.ts";

/** The engine the tests may use (`BERTH_TEST_DOCKER_SOCKET`, `DOCKER_HOST` as unix://…, else the system's), or null: those tests then skip themselves, visibly. */
export async function findTestEngine(): Promise<Engine | null> {
  const engine = connectEngine({ socketPath: engineSocket() });
  return await pingEngine(engine, { timeoutMs: 5000 }).then(
    () => engine,
    () => null,
  );
}

export function engineSocket(): string {
  return process.env["BERTH_TEST_DOCKER_SOCKET"] ?? (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");
}

export const testBase = "berth-test/base:1";
const programs = ["/bin/sh", "/bin/sleep", "/bin/cat", "/bin/ls", "/bin/dd", "/usr/bin/find", "/usr/bin/id"];

/** A small base image from this machine's own shell and tools, so that builds need no network. Made once, kept for the next run. */
export async function ensureTestBase(engine: Engine): Promise<void> {
  if ((await inspectImage(engine, testBase)) !== null) return;
  const files = new Map<string, Buffer>();
  for (const program of programs) {
    files.set(program, await readFile(await realpath(program)));
    for (const library of await librariesOf(program)) files.set(library, await readFile(await realpath(library)));
  }
  const pack = tar.pack();
  for (const [path, content] of files) pack.entry({ name: path.slice(1), mode: 0o755, mtime: new Date(0) }, content);
  pack.entry({ name: "tmp", type: "directory", mode: 0o1777, mtime: new Date(0) });
  pack.finalize();
  const [repo, tag] = testBase.split(":");
  const options = { fromSrc: "-", repo, tag, changes: ["ENV PATH=/bin:/usr/bin", 'CMD ["/bin/sh"]', "LABEL berth.test=1"] };
  const bytes = await collect(pack);
  await buffer(
    await dialStream(engine, {
      path: "/images/create?",
      method: "POST",
      options,
      file: Readable.from([bytes]),
      signal: AbortSignal.timeout(30_000),
    }),
  );
}

/** Removes every image with this label, those that lost their name to a later build included. */
export async function removeImagesOf(engine: Engine, label: string): Promise<void> {
  for (const image of await listImages(engine, { label })) {
    for (const name of image.references.length > 0 ? image.references : [image.engineId]) await removeImage(engine, name);
  }
}

/** A tar with these files, as a stream of bytes. */
export async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) pack.entry({ name }, content);
  pack.finalize();
  return await collect(pack);
}

/** Command lines of the processes that run on this machine right now and contain `text`. */
export async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.map((line) => line.replaceAll("\0", " ").trim()).filter((line) => line.includes(text));
}

/** Waits until `check` is true; fails with `what` after `limitMs`. */
export async function until(what: string, limitMs: number, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`not in ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ldd", [program]);
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk)));
  return Buffer.concat(chunks);
}
