import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import tar from "tar-stream";
import { describe, expect, it } from "vitest";

import { prepareContext } from "./context.ts";

const rules = { dockerfile: "Dockerfile", maxBytes: 10_000_000 };

async function pack(entries: readonly (readonly [tar.Header["type"], string, string?])[]): Promise<Buffer> {
  const packing = tar.pack();
  for (const [type, name, content] of entries) {
    if (type === "file") packing.entry({ name, mode: 0o640 }, content ?? "");
    else packing.entry({ name, type, mode: 0o750, ...(content === undefined ? {} : { linkname: content }) });
  }
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function unpack(bytes: Buffer): Promise<Record<string, { type: string; mode: number; content: string; link: string | null }>> {
  const extract = tar.extract();
  extract.write(bytes);
  extract.end(null);
  const found: Record<string, { type: string; mode: number; content: string; link: string | null }> = {};
  for await (const entry of extract) {
    let content = "";
    for await (const chunk of entry) content += Buffer.from(chunk instanceof Uint8Array ? chunk : []).toString();
    found[entry.header.name] = { type: entry.header.type, mode: entry.header.mode, content, link: entry.header.linkname };
  }
  return found;
}

const project = [
  ["file", "Dockerfile", "FROM scratch"],
  ["file", ".dockerignore", "*"],
  ["directory", "src/"],
  ["file", "src/a.ts", "a"],
  ["file", "src/deep/b.log", "b"],
  ["directory", "node_modules/"],
  ["file", "node_modules/keep/index.js", "k"],
  ["symlink", "link", "src/a.ts"],
  ["file", `long/${"x".repeat(200)}/file`, "long"],
  ["file", "empty", ""],
] as const;

describe("the context that goes to the engine", () => {
  it("is the same bytes when there is no .dockerignore", async () => {
    const bytes = await pack(project);
    expect(await buffer(prepareContext(Readable.from([bytes]), { ...rules, dockerignore: null }))).toEqual(bytes);
  });

  it("leaves out what .dockerignore names and keeps modes, links, long names and empty files", async () => {
    const context = prepareContext(Readable.from([await pack(project)]), {
      ...rules,
      dockerignore: "# a remark\n**/*.log\nnode_modules\n!node_modules/keep\n",
    });
    const found = await unpack(await buffer(context));
    expect(Object.keys(found)).toEqual([
      "Dockerfile",
      ".dockerignore",
      "src/",
      "src/a.ts",
      "node_modules/",
      "node_modules/keep/index.js",
      "link",
      `long/${"x".repeat(200)}/file`,
      "empty",
    ]);
    expect(found["src/a.ts"]).toMatchObject({ mode: 0o640, content: "a" });
    expect(found["node_modules/"]).toMatchObject({ type: "directory", mode: 0o750 });
    expect(found["link"]).toMatchObject({ type: "symlink", link: "src/a.ts" });
  });

  it("keeps Dockerfile and .dockerignore even when everything is left out", async () => {
    const context = prepareContext(Readable.from([await pack(project)]), { ...rules, dockerfile: "./Dockerfile", dockerignore: "*\n**" });
    expect(Object.keys(await unpack(await buffer(context)))).toEqual(["Dockerfile", ".dockerignore"]);
  });

  it.each([null, "nothing-here"])("fails with the reason when it is too large (.dockerignore: %s)", async (dockerignore) => {
    const bytes = await pack([["file", "big", "x".repeat(50_000)]]);
    await expect(buffer(prepareContext(Readable.from([bytes]), { ...rules, maxBytes: 20_000, dockerignore }))).rejects.toMatchObject({
      code: "context_too_large",
    });
  });

  it("counts what goes to the engine, not what is left out", async () => {
    const bytes = await pack([
      ["file", "big", "x".repeat(50_000)],
      ["file", "small", "s"],
    ]);
    const found = await unpack(await buffer(prepareContext(Readable.from([bytes]), { ...rules, maxBytes: 20_000, dockerignore: "big" })));
    expect(Object.keys(found)).toEqual(["small"]);
  });

  it.each([null, "nothing-here"])("hands the source's own failure on (.dockerignore: %s)", async (dockerignore) => {
    const bytes = await pack([["file", "big", "x".repeat(50_000)]]);
    async function* broken() {
      yield bytes.subarray(0, 30_000);
      throw new Error("git died");
    }
    await expect(buffer(prepareContext(Readable.from(broken()), { ...rules, dockerignore }))).rejects.toThrow("git died");
  });

  it("lets go of the source when .dockerignore itself is refused", async () => {
    const source = Readable.from([Buffer.alloc(1024)]);
    await expect(buffer(prepareContext(source, { ...rules, dockerignore: "a\n".repeat(2000) }))).rejects.toMatchObject({
      code: "build_failed",
    });
    expect(source.destroyed).toBe(true);
  });

  it("fails on bytes that are no tar instead of waiting", async () => {
    const context = prepareContext(Readable.from([Buffer.alloc(4096, 7)]), { ...rules, dockerignore: "x" });
    await expect(buffer(context)).rejects.toThrow(/tar/i);
  });

  it.each([null, "nothing-here"])("lets go of the source when its reader goes away (.dockerignore: %s)", async (dockerignore) => {
    const bytes = await pack([["file", "big", "x".repeat(5_000_000)]]);
    const source = Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)], { objectMode: false, highWaterMark: 1000 });
    const context = prepareContext(source, { ...rules, dockerignore });
    for await (const _chunk of context) break;
    context.destroy();
    await new Promise<void>((resolve) => (source.destroyed ? resolve() : source.once("close", resolve)));
    expect(source.destroyed).toBe(true);
  });
});
