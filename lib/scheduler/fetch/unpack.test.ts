import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { unpack } from "./unpack.ts";
import { type Artifact, type Unpacking, insideName } from "./unpacking.ts";

let folder: string;
let found: Artifact[];
let unpacking: Unpacking;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-unpack-"));
  found = [];
  let count = 0;
  unpacking = {
    budget: { left: 1_000_000, most: 1_000_000 },
    newPath: () => join(folder, `content-${(count += 1)}`),
    add: (artifact) => found.push(artifact),
    signal: new AbortController().signal,
  };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** One entry of a tar archive, by hand, so that it can be as wrong as a test wants. */
function entry(name: string, content: string, { type = "0", link = "", size = content.length } = {}): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000755\0", 100);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}

async function unpackTar(...entries: Buffer[]): Promise<void> {
  const path = join(folder, "archive.tar.gz");
  await writeFile(path, gzipSync(Buffer.concat([...entries, Buffer.alloc(1_024)])));
  await unpack("archive.tar.gz", path, unpacking);
}

describe("an archive", () => {
  it("becomes files, folders and links under their own names, contents under ours", async () => {
    await unpackTar(entry("./a/", "", { type: "5" }), entry("a/b.txt", "hello"), entry("a/l", "", { type: "2", link: "../../etc/passwd" }));
    expect(found).toMatchObject([
      { kind: "directory", name: "a" },
      { kind: "file", name: "a/b.txt", mode: 0o755, size: 5 },
      { kind: "link", name: "a/l", target: "../../etc/passwd" },
    ]);
    const [, file] = found;
    expect(file?.kind === "file" ? await readFile(file.path, "utf8") : "").toBe("hello");
  });

  it.each(["../x", "/etc/passwd", "a/../../x"])("with an entry %s is refused", async (name) => {
    await expect(unpackTar(entry(name, "x"))).rejects.toThrow("outside of itself");
  });

  it("that unpacks to more than the budget is refused", async () => {
    unpacking = { ...unpacking, budget: { left: 100, most: 100 } };
    await expect(unpackTar(entry("big", "x".repeat(200)))).rejects.toThrow("larger than");
  });

  it("with headers that would fill the memory is refused before they are read", async () => {
    await expect(unpackTar(entry("pax", "x".repeat(1_024), { type: "x", size: 500_000_000 }))).rejects.toThrow("headers are too long");
  });

  it("of a kind that is not known is told, and a plain file is left alone", async () => {
    await expect(unpack("a.tar.xz", "/none", unpacking)).rejects.toThrow(".tar, .tar.gz, .tgz and .zip only");
    await unpack("a.txt", "/none", unpacking);
    expect(found).toEqual([]);
  });
});

describe("a name inside", () => {
  it.each([
    ["./", ""],
    ["a/./b/", "a/b"],
    ["a/../b", "b"],
  ])("%s is %s", (name, tidy) => {
    expect(insideName(name)).toBe(tidy);
  });
});
