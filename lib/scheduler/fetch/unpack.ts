import { createReadStream, createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

import { type Extract, type Header, extract } from "tar-stream";

import { countInto } from "./download.ts";
import { type Unpacking, insideName, mostEntries } from "./unpacking.ts";
import { unzip } from "./unzip.ts";

/** Unpacks an archive by what its name ends with; one of another name stays as it is. Throws a sentence on a broken or dangerous one. */
export async function unpack(name: string, path: string, unpacking: Unpacking): Promise<void> {
  if (/\.(tgz|tar\.gz)$/i.test(name)) await untar(path, true, unpacking);
  else if (/\.tar$/i.test(name)) await untar(path, false, unpacking);
  else if (/\.zip$/i.test(name)) await unzip(path, unpacking);
  else if (/\.(tbz2|tar\.bz2|txz|tar\.xz|gz)$/i.test(name)) throw new Error("this scheduler unpacks .tar, .tar.gz, .tgz and .zip only");
}

async function untar(path: string, zipped: boolean, unpacking: Unpacking): Promise<void> {
  const archive = extract();
  const source = createReadStream(path);
  const fed = zipped ? pipeline(source, createGunzip(), headerGuard(), archive) : pipeline(source, headerGuard(), archive);
  await Promise.all([fed, takeEntries(archive, unpacking)]);
}

async function takeEntries(archive: Extract, unpacking: Unpacking): Promise<void> {
  let entries = 0;
  for await (const entry of archive) {
    unpacking.signal.throwIfAborted();
    entries += 1;
    if (entries > mostEntries) throw new Error(`it has more than ${mostEntries} entries`);
    const name = insideName(entry.header.name);
    if (entry.header.type === "file" && name !== "") await takeFile(name, entry.header, Readable.from(entry), unpacking);
    else {
      if (entry.header.type === "directory" && name !== "") unpacking.add({ kind: "directory", name });
      if (entry.header.type === "symlink" && name !== "") unpacking.add({ kind: "link", name, target: entry.header.linkname ?? "" });
      entry.resume();
    }
  }
}

async function takeFile(name: string, header: Header, content: Readable, unpacking: Unpacking): Promise<void> {
  const path = unpacking.newPath();
  await pipeline(content, countInto(unpacking.budget), createWriteStream(path, { mode: 0o600, flags: "wx" }));
  unpacking.add({ kind: "file", name, mode: (header.mode ?? 0o644) & 0o777, path, size: header.size ?? 0 });
}

const block = 512;
const longestExtension = 65_536;

/** Fails on an archive whose extended headers are long: the reader keeps them in memory whole. */
function headerGuard(): Transform {
  let skip = 0;
  let rest = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let at = Math.min(skip, chunk.length);
      skip -= at;
      while (at < chunk.length) {
        const part = chunk.subarray(at, at + block - rest.length);
        rest = Buffer.concat([rest, part]);
        at += part.length;
        if (rest.length < block) break;
        const size = sizeIn(rest);
        if (/[xgLKXN]/.test(String.fromCharCode(rest[156] ?? 0)) && size > longestExtension)
          return done(new Error("its headers are too long"));
        rest = Buffer.alloc(0);
        skip = Math.ceil(size / block) * block;
        const skipped = Math.min(skip, chunk.length - at);
        skip -= skipped;
        at += skipped;
      }
      done(null, chunk);
    },
  });
}

/** The size a header gives: octal digits, or a binary number with the first bit set. */
function sizeIn(header: Buffer): number {
  const field = header.subarray(124, 136);
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(field.toString("latin1").replaceAll(/[^0-7]/g, "") || "0", 8);
  return field.subarray(1, 6).every((byte) => byte === 0) ? field.readUIntBE(6, 6) : Number.MAX_SAFE_INTEGER;
}
