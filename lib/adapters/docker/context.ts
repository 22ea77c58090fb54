import { Readable } from "node:stream";

import tar from "tar-stream";

import { BerthError } from "#lib/core/errors.ts";

import { createIgnoreRules } from "./ignore-rules.ts";

export interface ContextRules {
  /** The text of `.dockerignore`, or null when there is none. */
  readonly dockerignore: string | null;
  /** The Dockerfile's path inside the context; it and `.dockerignore` always stay. */
  readonly dockerfile: string;
  /** Cap on the tar stream that goes to the engine. */
  readonly maxBytes: number;
}

/**
 * The tar stream the engine gets: what `.dockerignore` names is taken out on the way, nothing is kept in memory or on disk.
 * Reading fails with `context_too_large` once more than `maxBytes` would go to the engine, and with the source's own error when that fails.
 */
export function prepareContext(source: Readable, rules: ContextRules): Readable {
  const chunks = rules.dockerignore === null ? readChunks(source) : filterTar(source, rules.dockerignore, rules.dockerfile);
  return Readable.from(capped(chunks, rules.maxBytes), { objectMode: false });
}

async function* readChunks(source: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield toBuffer(chunk);
}

async function* capped(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const chunk of chunks) {
    sent += chunk.length;
    if (sent > maxBytes) throw new BerthError("context_too_large", { detail: `It has more than ${megabytes(maxBytes)} MB.` });
    yield chunk;
  }
}

async function* filterTar(source: Readable, rules: string, dockerfile: string): AsyncGenerator<Buffer> {
  const extract = tar.extract();
  const pack = tar.pack();
  // Whoever waits for one of them is told by its promise; the event itself would end the process.
  extract.on("error", ignore);
  pack.on("error", ignore);
  let moved: Promise<unknown> = Promise.resolve();
  try {
    const keep = keeper(rules, dockerfile);
    moved = Promise.all([feed(source, extract), moveEntries(extract, pack, keep)]).catch((error: unknown) => {
      pack.destroy(error instanceof Error ? error : new Error("The context could not be read."));
    });
    for await (const chunk of pack) yield toBuffer(chunk);
  } finally {
    // Reached by an end, an error and a reader that went away alike.
    source.destroy();
    extract.destroy();
    pack.destroy();
    await moved;
  }
}

async function feed(source: Readable, extract: tar.Extract): Promise<void> {
  try {
    for await (const chunk of readChunks(source)) await write(extract, chunk);
    extract.end(null);
  } catch (error) {
    extract.destroy(error instanceof Error ? error : new Error("The context could not be read."));
    throw error;
  }
}

async function moveEntries(extract: tar.Extract, pack: tar.Pack, keep: (path: string) => boolean): Promise<void> {
  // A folder that is left out comes back with its own mode as soon as something below it is kept: the engine would create it with mode 0600.
  const leftOut = new Map<string, tar.Header>();
  for await (const entry of extract) {
    entry.on("error", ignore);
    const path = cleanPath(entry.header.name);
    if (!keep(path)) {
      if (entry.header.type === "directory") leftOut.set(path, entry.header);
      entry.resume();
      continue;
    }
    for (const folder of parentsOf(path)) {
      const header = leftOut.get(folder);
      if (header) addEntry(pack, header).end(null);
      leftOut.delete(folder);
    }
    const sink = addEntry(pack, entry.header);
    for await (const chunk of entry) await write(sink, toBuffer(chunk));
    sink.end(null);
  }
  pack.finalize();
}

/** The same entry again; what its extended header said is in the other fields by now. */
function addEntry(pack: tar.Pack, header: tar.Header): Sink {
  const sink = pack.entry({ ...header, pax: null });
  sink.on("error", ignore);
  return sink;
}

function ignore(): void {}

type Sink = ReturnType<tar.Pack["entry"]>;

/** Writes and waits for room; a stream that was closed meanwhile fails. */
async function write(stream: Sink | tar.Extract, chunk: Buffer): Promise<void> {
  if (stream.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    stream.once("drain", resolve);
    stream.once("close", () => reject(new Error("The context's reader went away.")));
  });
}

function keeper(rules: string, dockerfile: string): (path: string) => boolean {
  const isIgnored = createIgnoreRules(rules);
  const always = new Set([cleanPath(dockerfile), ".dockerignore", `${cleanPath(dockerfile)}.dockerignore`]);
  return (path) => path === "" || always.has(path) || !isIgnored(path);
}

/** `./a//b/` → `a/b`; the form .dockerignore patterns are about. */
function cleanPath(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function* parentsOf(path: string): Generator<string> {
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) yield path.slice(0, slash);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.from(String(chunk));
}
