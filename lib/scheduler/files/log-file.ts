import { type FileHandle, open, readdir, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";

/** The most a file holds, and what stays of it when it is shortened; bytes. */
const mostBytes = 8 * 1_048_576;
const keptBytes = 4 * 1_048_576;

/**
 * One stream of a task as a file that only ever seems to grow: when it is shortened, its beginning goes, and offsets go on counting from the
 * task's first byte. `base` is the offset of the first byte that is still there.
 */
export interface LogFile {
  readonly base: number;
  /** The offset after the last byte. */
  readonly end: number;
  append(data: Buffer): Promise<void>;
  /** Takes back what was written after an offset. */
  cut(end: number): Promise<void>;
  close(): Promise<void>;
}

interface OpenOptions {
  readonly directory: string;
  readonly name: string;
  /** What is known to be in the file; anything after it was written but not noted, and goes. */
  readonly base: number;
  readonly end: number;
  /** Makes the new beginning known for good, before the file is exchanged. */
  rebased(base: number): Promise<void>;
}

export async function openLogFile(options: OpenOptions): Promise<LogFile> {
  const path = join(options.directory, options.name);
  await finishExchange(options, path);
  let base = options.base;
  let end = options.end;
  const size = await sizeOf(path);
  if (size > end - base) await truncate(path, end - base);
  // Less than was noted can only mean that somebody emptied it: what is there counts as the newest.
  else if (size < end - base) base = end - size;
  let handle: FileHandle = await open(path, "a", 0o600);

  const shorten = async (): Promise<void> => {
    const next = end - keptBytes;
    const temporary = exchangePath(path, next);
    await copyFrom(path, temporary, next - base);
    await options.rebased(next);
    await handle.close();
    await rename(temporary, path);
    handle = await open(path, "a", 0o600);
    base = next;
  };

  return {
    get base() {
      return base;
    },
    get end() {
      return end;
    },
    async append(data) {
      await handle.appendFile(data);
      end += data.length;
      if (end - base > mostBytes) await shorten();
    },
    async cut(offset) {
      if (offset >= end) return;
      const kept = Math.max(offset, base);
      await handle.truncate(kept - base);
      end = kept;
    },
    close: () => handle.close(),
  };
}

/** Where the shortened copy waits for its turn; its name tells which beginning it has. */
function exchangePath(path: string, base: number): string {
  return `${path}.from-${base}`;
}

/** An exchange that was interrupted: finished when the new beginning had been noted, else forgotten. */
async function finishExchange(options: OpenOptions, path: string): Promise<void> {
  const waiting = (await readdir(options.directory)).filter((name) => name.startsWith(`${options.name}.from-`));
  for (const name of waiting) {
    const copy = join(options.directory, name);
    if (copy === exchangePath(path, options.base)) await rename(copy, path);
    else await rm(copy, { force: true });
  }
}

async function copyFrom(source: string, target: string, skip: number): Promise<void> {
  const from = await open(source, "r");
  const to = await open(target, "w", 0o600);
  try {
    const buffer = Buffer.alloc(262_144);
    let position = skip;
    for (;;) {
      const { bytesRead } = await from.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      await to.write(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } finally {
    await from.close();
    await to.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

export interface Chunk {
  /** Where the data begins; later than what was asked for when that is gone already. */
  readonly offset: number;
  readonly data: Buffer;
}

/**
 * Reads from a file whose first byte has the offset `base`. Without an offset: no data, and the offset of the end. At or after the end: no
 * data, and the offset that was asked for. Null when there is no file.
 */
export async function readLog(path: string, base: number, offset: number | null, length: number): Promise<Chunk | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch {
    return null;
  }
  try {
    const end = base + (await handle.stat()).size;
    if (offset === null) return { offset: end, data: Buffer.alloc(0) };
    if (offset >= end) return { offset, data: Buffer.alloc(0) };
    const start = Math.max(offset, base);
    const buffer = Buffer.alloc(Math.min(length, end - start));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start - base);
    return { offset: start, data: buffer.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}
