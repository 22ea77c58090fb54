import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { extract } from "tar-stream";
import { afterAll, beforeAll, expect, test } from "vitest";

import { fetchCommit } from "#lib/adapters/git/mirror.ts";
import { archive, pathKind, readFile } from "#lib/adapters/git/tree.ts";

import { commitOf, createFixture, git, type GitFixture } from "./fixture.ts";

let fixture: GitFixture;
let gitDir: string;
let head: string;

beforeAll(async () => {
  fixture = await createFixture();
  const work = fixture.path("work");
  await mkdir(`${work}/web/deep`, { recursive: true });
  await mkdir(`${work}/secret`);
  await git(work, "init", "-q");
  await writeFile(`${work}/web/Dockerfile`, "FROM scratch\n");
  await writeFile(`${work}/web/run.sh`, "#!/bin/sh\n", { mode: 0o755 });
  await writeFile(`${work}/web/version.txt`, "$Format:%H$\n");
  await writeFile(`${work}/web/deep/x`, "x");
  await writeFile(`${work}/web/.gitattributes`, "deep export-ignore\nversion.txt export-subst\nDockerfile export-ignore\n* filter=evil\n");
  await writeFile(
    `${work}/.gitattributes`,
    "secret/ export-ignore\n/web export-ignore\n*.txt export-subst\n.gitattributes export-ignore\n",
  );
  await writeFile(`${work}/secret/y`, "y");
  await writeFile(`${work}/-rf`, "dash");
  await writeFile(`${work}/a\nb`, "newline");
  await writeFile(`${work}/${"ü".repeat(100)}`, "long");
  await writeFile(`${work}/*`, "star");
  await symlink("/etc/hostname", `${work}/Dockerfile`);
  await symlink("/", `${work}/context`);
  await symlink("loop", `${work}/loop`);
  await git(work, "add", ".");
  await git(work, "update-index", "--add", "--cacheinfo", `160000,${"b".repeat(40)},module`);
  await git(work, "commit", "-qm", "Everything");
  head = await commitOf(work, "HEAD");
  const fetched = await fetchCommit(fixture.runner, { kind: "remote", url: `file://${work}` }, fixture.path("mirror.git"), {
    timeoutMs: 20_000,
    fullRef: "refs/heads/master",
    commit: head,
  });
  gitDir = fetched.gitDir;
});

afterAll(() => fixture.remove());

test.each([
  [".", "directory"],
  ["web", "directory"],
  ["web/Dockerfile", "file"],
  ["web/run.sh", "file"],
  ["Dockerfile", "symlink"],
  ["context", "symlink"],
  ["loop", "symlink"],
  ["module", "submodule"],
  ["-rf", "file"],
  ["*", "file"],
  ["missing", null],
  ["w*", null],
  [":(top)web", null],
  ["context/etc/hostname", null],
  ["web/Dockerfile/x", null],
])("%j is %s", async (path, kind) => {
  expect(await pathKind(fixture.runner, gitDir, head, path)).toBe(kind);
});

test("only regular files are read, and only up to the limit", async () => {
  const limits = { maxBytes: 100 };
  expect((await readFile(fixture.runner, gitDir, head, "web/Dockerfile", limits))?.toString()).toBe("FROM scratch\n");
  for (const path of ["Dockerfile", "loop", "web", "module", "missing", "context/etc/hostname", "."])
    expect(await readFile(fixture.runner, gitDir, head, path, limits)).toBeNull();
  await expect(readFile(fixture.runner, gitDir, head, "web/Dockerfile", { maxBytes: 5 })).rejects.toThrow(
    expect.objectContaining({ code: "payload_too_large" }),
  );
  await expect(readFile(fixture.runner, gitDir, head, "../x", limits)).rejects.toThrow(expect.objectContaining({ code: "invalid_input" }));
  await expect(readFile(fixture.runner, gitDir, "a".repeat(40), "web", limits)).rejects.toThrow(
    expect.objectContaining({ code: "source_gone" }),
  );
  await expect(pathKind(fixture.runner, gitDir, "a".repeat(40), ".")).rejects.toThrow(expect.objectContaining({ code: "source_gone" }));
});

async function entriesOf(path: string): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  const reader = extract();
  reader.on("entry", (header, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk) => chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0)));
    stream.on("end", () => {
      entries.set(
        header.name,
        header.type === "symlink"
          ? `→ ${header.linkname ?? ""}`
          : `${header.type} ${(header.mode ?? 0).toString(8)} ${Buffer.concat(chunks).toString()}`,
      );
      next();
    });
    stream.resume();
  });
  const { stream, done } = archive(fixture.runner, gitDir, head, path);
  await Promise.all([pipeline(stream, reader), done]);
  return entries;
}

test("an archive holds every file, whatever the repository's attributes say", async () => {
  const entries = await entriesOf(".");
  expect(entries.get("secret/y")).toBe("file 644 y");
  expect(entries.get("web/Dockerfile")).toBe("file 644 FROM scratch\n");
  expect(entries.get("web/deep/x")).toBe("file 644 x");
  expect(entries.get("web/version.txt")).toBe("file 644 $Format:%H$\n");
  expect(entries.get("web/run.sh")).toBe("file 755 #!/bin/sh\n");
  expect(entries.get(".gitattributes")).toMatch(/^file 644 secret/);
  expect(entries.get("-rf")).toBe("file 644 dash");
  expect(entries.get("a\nb")).toBe("file 644 newline");
  expect(entries.get("ü".repeat(100))).toBe("file 644 long");
  expect(entries.get("module/")).toMatch(/^directory/);
});

test("links stay links and nothing outside is read", async () => {
  const entries = await entriesOf("./");
  expect(entries.get("Dockerfile")).toBe("→ /etc/hostname");
  expect(entries.get("context")).toBe("→ /");
  expect(entries.get("loop")).toBe("→ loop");
});

test("an archive of a folder begins in that folder", async () => {
  const entries = await entriesOf("web");
  expect([...entries.keys()].toSorted()).toEqual([".gitattributes", "Dockerfile", "deep/", "deep/x", "run.sh", "version.txt"]);
  expect(entries.get("version.txt")).toContain("$Format:%H$");
});

test.each(["missing", "web/Dockerfile", "context", "module"])("an archive of %j fails as a stream and says why", async (path) => {
  const { stream, done } = archive(fixture.runner, gitDir, head, path);
  const sink = new Writable({ write: (_chunk, _encoding, next) => next() });
  await expect(pipeline(stream, sink)).rejects.toThrow(expect.objectContaining({ name: "BerthError" }));
  await expect(done).rejects.toThrow(expect.objectContaining({ code: "context_missing" }));
});

test("an archive of a commit that is gone, or under a path that leaves, fails", async () => {
  await expect(archive(fixture.runner, gitDir, "a".repeat(40), "web").done).rejects.toThrow(
    expect.objectContaining({ code: "source_gone" }),
  );
  await expect(archive(fixture.runner, gitDir, "a".repeat(40), ".").done).rejects.toThrow(expect.objectContaining({ code: "source_gone" }));
  expect(() => archive(fixture.runner, gitDir, head, "../x")).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(() => archive(fixture.runner, gitDir, "HEAD", ".")).toThrow(expect.objectContaining({ code: "invalid_input" }));
});

test("a reader that goes away, and an abort, end git", async () => {
  const large = fixture.path("large");
  await mkdir(large);
  await git(large, "init", "-q");
  await writeFile(`${large}/zeros`, Buffer.alloc(64 * 1024 * 1024));
  await git(large, "add", ".");
  await git(large, "commit", "-qm", "Large");
  const commit = await commitOf(large, "HEAD");
  const leaving = archive(fixture.runner, `${large}/.git`, commit, ".");
  leaving.stream.once("data", () => leaving.stream.destroy());
  await expect(leaving.done).rejects.toThrow(expect.objectContaining({ code: "cancelled" }));
  const abort = new AbortController();
  const aborted = archive(fixture.runner, `${large}/.git`, commit, ".", { signal: abort.signal });
  aborted.stream.once("data", () => abort.abort());
  await expect(aborted.done).rejects.toThrow(expect.objectContaining({ code: "cancelled" }));
  const whole = archive(fixture.runner, `${large}/.git`, commit, ".");
  let bytes = 0;
  for await (const chunk of whole.stream) bytes += Buffer.from(chunk).length;
  await whole.done;
  expect(bytes).toBeGreaterThan(64 * 1024 * 1024);
});

test("thousands of files and deep folders are archived", { timeout: 60_000 }, async () => {
  const many = fixture.path("many.git");
  execFileSync("git", ["init", "-q", "--bare", many]);
  const files = Array.from({ length: 20_000 }, (_, index) => `M 644 inline d${index % 100}/f${index}\ndata 1\nx\n`).join("");
  const deep = `M 644 inline ${"d/".repeat(500)}f\ndata 1\nx\n`;
  execFileSync("git", ["-C", many, "fast-import", "--quiet"], {
    input: `commit refs/heads/master\ncommitter A <a@b> 1700000000 +0000\ndata 1\nx\n${files}${deep}`,
  });
  const { stream, done } = archive(fixture.runner, many, await commitOf(many, "master"), ".");
  let bytes = 0;
  for await (const chunk of stream) bytes += Buffer.from(chunk).length;
  await done;
  expect(bytes).toBeGreaterThan(20_000 * 1_024);
});
