import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { open, readFile, realpath, stat } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

import { type Pack, pack } from "tar-stream";

const execute = promisify(execFile);

/** What a small image is made of: programs of this machine with their libraries, and a few files. */
export interface ImageFiles {
  /** Path in the image → program on this machine. */
  readonly programs: Readonly<Record<string, string>>;
  /** Path in the image → where the link points. */
  readonly links?: Readonly<Record<string, string>>;
}

const certificatePlaces = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
const accounts =
  "root:x:0:0:root:/root:/sbin/nologin\nnode:x:1000:1000:node:/home/node:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n";
const groups = "root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n";
const epoch = new Date(0);

/** The image's file system as a tar stream. It fails with what could not be read. */
export function packImage(files: ImageFiles): PassThrough {
  const tar = pack();
  const output = new PassThrough();
  // Failures reach the reader of `output`; there is nobody else to tell.
  pipeline(tar, output).catch(() => undefined);
  fill(tar, files).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return output;
}

async function fill(tar: Pack, files: ImageFiles): Promise<void> {
  for (const [name, mode] of Object.entries({
    "app/": 0o755,
    "etc/": 0o755,
    "home/": 0o755,
    "root/": 0o700,
    "tmp/": 0o1777,
    "var/tmp/": 0o1777,
  })) {
    tar.entry({ name, type: "directory", mode, mtime: epoch });
  }
  tar.entry({ name: "home/node/", type: "directory", mode: 0o755, uid: 1000, gid: 1000, mtime: epoch });
  const texts = { "etc/passwd": accounts, "etc/group": groups, "etc/nsswitch.conf": "hosts: files dns\n", ...(await certificates()) };
  for (const [name, text] of Object.entries(texts)) tar.entry({ name, mode: 0o644, mtime: epoch }, text);
  for (const [name, target] of Object.entries(await libraries(Object.values(files.programs)))) await addFile(tar, name, target, 0o755);
  for (const [name, source] of Object.entries(files.programs)) await addFile(tar, name, source, 0o755);
  for (const [name, target] of Object.entries(files.links ?? {})) tar.entry({ name, type: "symlink", linkname: target, mtime: epoch });
}

async function certificates(): Promise<Record<string, string>> {
  for (const place of certificatePlaces) {
    const text = await readFile(place, "utf8").catch(() => undefined);
    if (text !== undefined) return { "etc/ssl/certs/ca-certificates.crt": text, "etc/ssl/cert.pem": text };
  }
  return {};
}

async function addFile(tar: Pack, name: string, source: string, mode: number): Promise<void> {
  const file = await realpath(source);
  const { size } = await stat(file);
  const entry = tar.entry({ name: name.replace(/^\//, ""), size, mode, mtime: epoch });
  await pipeline(createReadStream(file), entry);
}

/** Every shared library the programs need, at the path where their loader looks for it; what name look-ups load later too. */
async function libraries(programs: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const program of programs) {
    if (!(await isDynamic(program))) continue;
    const { stdout } = await execute("ldd", ["--", program], { timeout: 20_000 });
    for (const path of stdout.matchAll(/(?:=>\s+)?(\/\S+)\s+\(0x/g)) if (path[1] !== undefined) found[path[1]] = path[1];
  }
  const folder = Object.keys(found)
    .find((path) => /\/libc\.so/.test(path))
    ?.replace(/\/[^/]+$/, "");
  for (const name of folder === undefined ? [] : ["libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2"]) {
    if ((await stat(`${folder}/${name}`).catch(() => undefined)) !== undefined) found[`${folder}/${name}`] = `${folder}/${name}`;
  }
  return found;
}

/** A static program names no interpreter in its first page. */
async function isDynamic(program: string): Promise<boolean> {
  const handle = await open(program);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return /\/ld-|\/lib\/ld/.test(buffer.toString("latin1", 0, bytesRead));
  } finally {
    await handle.close();
  }
}
