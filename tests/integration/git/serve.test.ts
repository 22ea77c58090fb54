import { randomBytes } from "node:crypto";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createBuiltinRepository, deleteBuiltinRepository, readHead, setHead } from "#lib/adapters/git/builtin.ts";
import { listRemoteRefs } from "#lib/adapters/git/ls-remote.ts";

import { commitOf, createFixture, eventually, git, gitFails, type GitFixture } from "./fixture.ts";
import { type GitServer, startGitServer } from "./git-server.ts";

let fixture: GitFixture;
let server: GitServer;
let work: string;
const limits = { timeoutMs: 20_000 };

beforeAll(async () => {
  fixture = await createFixture();
  server = await startGitServer({ folder: fixture.path("repositories") });
  work = fixture.path("work");
  await createBuiltinRepository(fixture.runner, fixture.path("repositories", "shop.git"));
  await mkdir(work);
  await git(work, "init", "-q");
  await writeFile(`${work}/index.html`, "<h1>shop</h1>");
  await git(work, "add", ".");
  await git(work, "commit", "-qm", "First page");
  await git(work, "remote", "add", "origin", `${server.origin}/git/shop.git`);
});

afterAll(async () => {
  await server.close();
  await fixture.remove();
});

async function refs(): Promise<string[]> {
  const listed = await listRemoteRefs(fixture.runner, { kind: "local", gitDir: fixture.path("repositories", "shop.git") }, limits);
  return listed.refs.map((ref) => ref.fullName).toSorted();
}

test("a repository can be pushed and cloned", async () => {
  await git(work, "push", "-q", "origin", "HEAD:refs/heads/master", "HEAD:refs/tags/v1.0");
  expect(await refs()).toEqual(["refs/heads/master", "refs/tags/v1.0"]);
  expect(server.results.at(-1)).toEqual({ service: "receive-pack", ok: true });
  await git(fixture.folder, "clone", "-q", `${server.origin}/git/shop.git`, "clone");
  expect(await commitOf(fixture.path("clone"), "HEAD")).toBe(await commitOf(work, "HEAD"));
  expect(server.results.at(-1)).toEqual({ service: "upload-pack", ok: true });
});

test("protocol versions 0 and 2 and a partial clone work", async () => {
  for (const version of [0, 1, 2]) {
    const listed = await git(work, "-c", `protocol.version=${version}`, "ls-remote", "origin");
    expect(listed).toContain("refs/heads/master");
  }
  await git(fixture.folder, "clone", "-q", "--filter=tree:0", "--depth=1", "--no-checkout", `${server.origin}/git/shop.git`, "partial");
});

test("a forced push and the deletion of the current branch are accepted", async () => {
  await git(work, "commit", "-q", "--amend", "-m", "Another first page");
  await git(work, "push", "-q", "--force", "origin", "HEAD:refs/heads/master");
  expect(await commitOf(fixture.path("repositories", "shop.git"), "refs/heads/master")).toBe(await commitOf(work, "HEAD"));
  await git(work, "push", "-q", "origin", ":refs/heads/master", ":refs/tags/v1.0");
  expect(await refs()).toEqual([]);
});

test("a push of 60 MB arrives", { timeout: 60_000 }, async () => {
  await git(work, "checkout", "-q", "-b", "large");
  await writeFile(`${work}/large.bin`, randomBytes(60 * 1024 * 1024));
  await git(work, "add", ".");
  await git(work, "commit", "-qm", "Large");
  const started = performance.now();
  await git(work, "push", "-q", "origin", "large");
  console.info(`60 MB pushed in ${Math.round(performance.now() - started)} ms`);
  expect(await refs()).toContain("refs/heads/large");
  await git(work, "checkout", "-q", "master");
});

test("a push that is not welcome any more when all of it has arrived moves nothing, and says so at the terminal", async () => {
  const before = await refs();
  const strict = await startGitServer({ folder: fixture.path("repositories"), judgeAgain: () => Promise.resolve("No more of this.") });
  try {
    const push = ["push", `${strict.origin}/git/shop.git`, "HEAD:refs/heads/too-late", ":refs/heads/large"];
    expect(await gitFails(work, ...push)).toContain("No more of this.");
  } finally {
    await strict.close();
  }
  expect(await refs()).toEqual(before);
});

const hostile = [
  "$(id)",
  "a;touch${IFS}x",
  "<img/src=x/onerror=alert(1)>",
  "größe/日本語",
  "feature/x",
  "b".repeat(240),
  "it's",
  'quote"d',
  "`id`",
];

test.each(hostile)("the branch %j works from push to listing", async (name) => {
  await git(work, "push", "-q", "origin", `HEAD:refs/heads/${name}`);
  const listed = await listRemoteRefs(fixture.runner, { kind: "remote", url: `${server.origin}/git/shop.git` }, limits);
  expect(listed.refs).toContainEqual({ kind: "branch", name, fullName: `refs/heads/${name}`, commit: await commitOf(work, "HEAD") });
  await git(work, "push", "-q", "origin", `:refs/heads/${name}`);
});

test.each([
  "refs/notes/x",
  "refs/pull/1/head",
  "refs/heads/-x",
  "refs/heads/--upload-pack=x",
  "refs/berth/kept/x",
  `refs/heads/${"d/".repeat(140)}x`,
])("a push to %s is refused with a reason, and changes nothing", async (name) => {
  const before = await refs();
  const said = await gitFails(work, "push", "origin", `HEAD:${name}`, "HEAD:refs/heads/innocent");
  expect(said).toMatch(/Only branches and tags can be pushed/);
  expect(await refs()).toEqual(before);
  expect(server.results.at(-1)).toEqual({ service: "receive-pack", ok: false });
});

test("objects that are not sound are refused", async () => {
  const bad = fixture.path("bad");
  await mkdir(bad);
  await git(bad, "init", "-q");
  await writeFile(
    `${bad}/commit`,
    `tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor Anna <anna@example.com 0 +0000\ncommitter nobody\n\nx\n`,
  );
  await git(bad, "read-tree", "--empty");
  await git(bad, "write-tree");
  const commit = (await git(bad, "hash-object", "-t", "commit", "-w", "--literally", "commit")).trim();
  expect(await gitFails(bad, "push", `${server.origin}/git/shop.git`, `${commit}:refs/heads/bad`)).toMatch(
    /fsck|badEmail|missingEmail|invalid/i,
  );
  expect(await refs()).not.toContain("refs/heads/bad");
});

test("hooks and configuration inside the repository do not run", async () => {
  const gitDir = fixture.path("repositories", "shop.git");
  const marker = fixture.path("MARKER");
  await mkdir(`${gitDir}/hooks`, { recursive: true });
  for (const hook of ["pre-receive", "update", "post-receive", "post-update", "reference-transaction"])
    await writeFile(`${gitDir}/hooks/${hook}`, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  await git(gitDir, "config", "core.hooksPath", `${gitDir}/hooks`);
  await git(gitDir, "config", "uploadpack.packObjectsHook", `${gitDir}/hooks/update`);
  await git(work, "push", "-q", "origin", "HEAD:refs/heads/hooked");
  await git(work, "ls-remote", "origin");
  await git(gitDir, "config", "core.hooksPath", "/dev/null");
  await expect(stat(marker)).rejects.toThrow(/ENOENT/);
});

function send(path: string, headers: Record<string, string>, body: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.origin}${path}`, { method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("latin1") }));
    });
    request.once("error", reject);
    request.end(body);
  });
}

const upload = { "content-type": "application/x-git-upload-pack-request" };
const listCommand = Buffer.from("0014command=ls-refs\n00010009peel\n0000", "latin1");

test("a compressed request body is understood, a broken or endless one refused", async () => {
  const headers = { ...upload, "git-protocol": "version=2", "content-encoding": "gzip" };
  const answer = await send("/git/shop.git/git-upload-pack", headers, gzipSync(listCommand));
  expect(answer.status).toBe(200);
  expect(answer.text).toContain("refs/heads/large");
  expect((await send("/git/shop.git/git-upload-pack", headers, Buffer.from("no gzip"))).status).toBe(400);
  const bomb = await send("/git/shop.git/git-upload-pack", headers, gzipSync(Buffer.alloc(300 * 1024 * 1024)));
  expect(bomb.text.length).toBeLessThan(1_000);
});

test("a Git-Protocol header that is none does not reach git", async () => {
  const answer = await send("/git/shop.git/git-upload-pack", { ...upload, "git-protocol": "version=2:evil" }, listCommand);
  expect(answer.text).not.toContain("refs/heads/large");
});

test("a body beyond the limit is refused", async () => {
  const small = await startGitServer({ folder: fixture.path("repositories"), maxBodyBytes: 1024 * 1024 });
  await git(work, "checkout", "-q", "-b", "too-large");
  await writeFile(`${work}/too-large.bin`, randomBytes(3 * 1024 * 1024));
  await git(work, "add", ".");
  await git(work, "commit", "-qm", "Too large");
  const said = await gitFails(work, "push", `${small.origin}/git/shop.git`, "too-large");
  expect(said).toMatch(/413/);
  expect(await refs()).not.toContain("refs/heads/too-large");
  await small.close();
});

test("git ends when its client leaves or falls silent", async () => {
  const quiet = await startGitServer({ folder: fixture.path("repositories"), idleMs: 300 });
  for (const leave of [true, false]) {
    const before = quiet.results.length;
    const request = httpRequest(`${quiet.origin}/git/shop.git/git-receive-pack`, {
      method: "POST",
      headers: { "content-type": "application/x-git-receive-pack-request" },
    });
    request.on("error", () => undefined);
    request.write("00");
    await eventually(() => quiet.seen.length > before);
    if (leave) request.destroy();
    await eventually(() => quiet.results.length > before);
    expect(quiet.results.at(-1)?.ok).toBe(false);
  }
  await quiet.close();
});

test("a repository that is not there is answered, not waited for", async () => {
  expect((await send("/git/missing.git/git-upload-pack", upload, listCommand)).status).toBe(500);
});

test("the default branch is what HEAD says, once it exists", async () => {
  const gitDir = fixture.path("repositories", "fresh.git");
  await createBuiltinRepository(fixture.runner, gitDir);
  await createBuiltinRepository(fixture.runner, gitDir);
  const source = { kind: "local", gitDir } as const;
  expect(await readHead(fixture.runner, gitDir)).toBe("master");
  expect(await listRemoteRefs(fixture.runner, source, limits)).toEqual({ defaultBranch: null, refs: [] });
  await git(work, "push", "-q", `${server.origin}/git/fresh.git`, "HEAD:refs/heads/main");
  await setHead(fixture.runner, gitDir, "main");
  expect((await listRemoteRefs(fixture.runner, source, limits)).defaultBranch).toBe("main");
  expect((await listRemoteRefs(fixture.runner, { kind: "remote", url: `${server.origin}/git/fresh.git` }, limits)).defaultBranch).toBe(
    "main",
  );
  await expect(setHead(fixture.runner, gitDir, "-x")).rejects.toThrow(expect.objectContaining({ code: "invalid_input" }));
  await deleteBuiltinRepository(gitDir);
  await deleteBuiltinRepository(gitDir);
  await expect(listRemoteRefs(fixture.runner, source, limits)).rejects.toThrow(expect.objectContaining({ code: "git_not_found" }));
});
