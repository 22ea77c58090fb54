import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

import { countInto } from "./download.ts";
import { type Unpacking, insideName, mostEntries } from "./unpacking.ts";

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly mode: number;
  readonly headerAt: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const mostDirectory = 16 * 1_048_576;
const linkMode = 0o120_000;

/** Unpacks a zip archive by its directory, which stands at its end: entries stored or deflated, without 64-bit sizes and without secrets. */
export async function unzip(path: string, unpacking: Unpacking): Promise<void> {
  const file = await open(path, "r");
  try {
    for (const entry of await readDirectory(file)) await takeEntry(file, path, entry, unpacking);
  } finally {
    await file.close();
  }
}

async function readDirectory(file: FileHandle): Promise<Entry[]> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end -= 1;
  if (end < 0) throw new Error("it is no zip archive");
  const count = tail.readUInt16LE(end + 10);
  const length = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (length > mostDirectory || count > mostEntries || start + length > size) throw new Error("its directory cannot be read");
  const directory = await readAt(file, start, length);
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== entrySignature) throw new Error("its directory is broken");
    const nameLength = directory.readUInt16LE(at + 28);
    if ((directory.readUInt16LE(at + 8) & 1) === 1) throw new Error("it is encrypted");
    entries.push({
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      mode: directory.readUInt32LE(at + 38) >>> 16,
      headerAt: directory.readUInt32LE(at + 42),
      name: directory.subarray(at + 46, at + 46 + nameLength).toString("utf8"),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function takeEntry(file: FileHandle, path: string, entry: Entry, unpacking: Unpacking): Promise<void> {
  const name = insideName(entry.name);
  if (name === "") return;
  if (entry.name.endsWith("/")) return unpacking.add({ kind: "directory", name });
  if ((entry.mode & 0o170_000) === linkMode) throw new Error("it has symbolic links, which are taken from .tar.gz only");
  const local = await readAt(file, entry.headerAt, 30);
  if (local.length < 30 || local.readUInt32LE(0) !== localSignature) throw new Error("one of its entries is broken");
  const start = entry.headerAt + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const target = unpacking.newPath();
  const sink = createWriteStream(target, { mode: 0o600, flags: "wx" });
  const { budget, signal } = unpacking;
  if (entry.packed === 0) sink.end();
  else {
    const source = createReadStream(path, { start, end: start + entry.packed - 1 });
    if (entry.method === 0) await pipeline(source, countInto(budget), sink, { signal });
    else if (entry.method === 8) await pipeline(source, createInflateRaw(), countInto(budget), sink, { signal });
    else throw new Error(`it is packed in a way (${entry.method}) this scheduler does not know`);
  }
  unpacking.add({ kind: "file", name, mode: (entry.mode & 0o777) === 0 ? 0o644 : entry.mode & 0o777, path: target, size: entry.size });
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
