import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { connect, createServer as createTcpServer } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createBuiltinRepository } from "#lib/adapters/git/builtin.ts";
import { listRemoteRefs } from "#lib/adapters/git/ls-remote.ts";
import { ensureMirror, fetchCommit, fetchCommitInfo, readCommits } from "#lib/adapters/git/mirror.ts";
import { readFile } from "#lib/adapters/git/tree.ts";

import { commitOf, createFixture, git, type GitFixture } from "./fixture.ts";
import { type GitServer, startGitServer } from "./git-server.ts";

let fixture: GitFixture;
let server: GitServer;
let work: string;
const limits = { timeoutMs: 20_000 };

beforeAll(async () => {
  fixture = await createFixture();
  server = await startGitServer({ folder: fixture.path("repositories") });
  await createBuiltinRepository(fixture.runner, fixture.path("repositories", "shop.git"));
  work = fixture.path("work");
  await mkdir(work);
  await git(work, "init", "-q");
  await git(work, "remote", "add", "origin", `${server.origin}/git/shop.git`);
  await commit("one");
  await git(work, "push", "-q", "origin", "master");
});

afterAll(async () => {
  await server.close();
  await fixture.remove();
});

async function commit(text: string): Promise<string> {
  await writeFile(`${work}/page.txt`, text);
  await git(work, "add", ".");
  await git(work, "commit", "-qm", text);
  return commitOf(work, "HEAD");
}

const remote = () => ({ kind: "remote", url: `${server.origin}/git/shop.git` }) as const;
const local = () => ({ kind: "local", gitDir: fixture.path("repositories", "shop.git") }) as const;
let mirrors = 0;
const freshMirror = () => fixture.path("mirrors", `${(mirrors += 1)}.git`);

test("the head of a branch is fetched with its files, and costs no network the second time", async () => {
  const mirror = freshMirror();
  const wanted = { ...limits, fullRef: "refs/heads/master", commit: await commitOf(work, "HEAD") };
  const found = await fetchCommit(fixture.runner, remote(), mirror, wanted);
  expect((await readFile(fixture.runner, found.gitDir, wanted.commit, "page.txt", { maxBytes: 100 }))?.toString()).toBe("one");
  const requests = server.seen.length;
  await fetchCommit(fixture.runner, remote(), mirror, wanted);
  expect(server.seen.length).toBe(requests);
});

test("an annotated tag leads to its commit, and so does a tag of a tag", async () => {
  await git(work, "tag", "-m", "First", "v1.0");
  await git(work, "tag", "-m", "Again", "v1.0-again", "v1.0");
  await git(work, "push", "-q", "origin", "v1.0", "v1.0-again");
  const head = await commitOf(work, "HEAD");
  for (const source of [remote(), local()]) {
    const { refs, defaultBranch } = await listRemoteRefs(fixture.runner, source, limits);
    expect(defaultBranch).toBe("master");
    for (const name of ["v1.0", "v1.0-again"]) {
      expect(refs).toContainEqual({ kind: "tag", name, fullName: `refs/tags/${name}`, commit: head });
      await fetchCommit(fixture.runner, source, freshMirror(), { ...limits, fullRef: `refs/tags/${name}`, commit: head });
    }
  }
});

test("a commit the branch has left behind is still found, near and far", { timeout: 60_000 }, async () => {
  const near = await commitOf(work, "HEAD");
  for (let number = 0; number < 60; number += 1) await git(work, "commit", "-q", "--allow-empty", "-m", `More ${number}`);
  await git(work, "push", "-q", "origin", "master");
  for (const source of [remote(), local()]) {
    const found = await fetchCommit(fixture.runner, source, freshMirror(), { ...limits, fullRef: "refs/heads/master", commit: near });
    expect((await readFile(fixture.runner, found.gitDir, near, "page.txt", { maxBytes: 100 }))?.toString()).toBe("one");
  }
  const late = await commitOf(work, "HEAD~3");
  await fetchCommit(fixture.runner, remote(), freshMirror(), { ...limits, fullRef: "refs/heads/master", commit: late });
});

test("a commit that is not in the ref's history is gone, even when the server would give it", async () => {
  await git(work, "checkout", "-q", "-b", "other");
  const elsewhere = await commit("elsewhere");
  await git(work, "push", "-q", "origin", "other");
  await git(work, "checkout", "-q", "master");
  for (const source of [remote(), local()]) {
    const gone = expect.objectContaining({ code: "source_gone" });
    await expect(
      fetchCommit(fixture.runner, source, freshMirror(), { ...limits, fullRef: "refs/heads/master", commit: elsewhere }),
    ).rejects.toThrow(gone);
    await expect(
      fetchCommit(fixture.runner, source, freshMirror(), { ...limits, fullRef: "refs/heads/deleted", commit: elsewhere }),
    ).rejects.toThrow(gone);
    await expect(
      fetchCommit(fixture.runner, source, freshMirror(), { ...limits, fullRef: "refs/heads/master", commit: "a".repeat(40) }),
    ).rejects.toThrow(gone);
  }
});

test("a commit fetched before a forced push stays; one that was not is gone", async () => {
  await git(work, "checkout", "-q", "-b", "moving");
  const before = await commit("before");
  await git(work, "push", "-q", "origin", "moving");
  const mirror = freshMirror();
  const wanted = { ...limits, fullRef: "refs/heads/moving", commit: before };
  await fetchCommit(fixture.runner, remote(), mirror, wanted);
  await git(work, "commit", "-q", "--amend", "-m", "after");
  await git(work, "push", "-q", "--force", "origin", "moving");
  await fetchCommit(fixture.runner, remote(), mirror, wanted);
  await expect(fetchCommit(fixture.runner, remote(), freshMirror(), wanted)).rejects.toThrow(
    expect.objectContaining({ code: "source_gone" }),
  );
  await git(work, "checkout", "-q", "master");
});

test("many fetches into one mirror at once all succeed", async () => {
  const mirror = freshMirror();
  const { refs } = await listRemoteRefs(fixture.runner, remote(), limits);
  await Promise.all(
    refs.map((ref) => fetchCommit(fixture.runner, remote(), mirror, { ...limits, fullRef: ref.fullName, commit: ref.commit })),
  );
  expect((await readdir(mirror)).filter((name) => name.endsWith(".lock"))).toEqual([]);
});

test("a lock left by a process that died does not stop the mirror", async () => {
  const mirror = freshMirror();
  await ensureMirror(fixture.runner, mirror);
  await writeFile(`${mirror}/shallow.lock`, "");
  await writeFile(`${mirror}/berth-owner`, "4194999");
  await mkdir(`${mirror}/objects/pack`, { recursive: true });
  await writeFile(`${mirror}/objects/pack/tmp_pack_x`, "half");
  await utimes(`${mirror}/objects/pack/tmp_pack_x`, 1, 1);
  await fetchCommit(fixture.runner, remote(), mirror, { ...limits, fullRef: "refs/heads/master", commit: await commitOf(work, "master") });
  expect(await readdir(`${mirror}/objects/pack`)).not.toContain("tmp_pack_x");
});

test("a lock of a living process is waited for, and no longer than allowed", async () => {
  const mirror = freshMirror();
  await ensureMirror(fixture.runner, mirror);
  await writeFile(`${mirror}/shallow.lock`, "");
  await writeFile(`${mirror}/berth-owner`, String(process.ppid));
  const wanted = { fullRef: "refs/heads/master", commit: await commitOf(work, "master") };
  await expect(fetchCommit(fixture.runner, remote(), mirror, { ...wanted, timeoutMs: 400 })).rejects.toThrow(
    expect.objectContaining({ code: "git_timed_out" }),
  );
  const waiting = fetchCommit(fixture.runner, remote(), mirror, { ...wanted, timeoutMs: 10_000 });
  await rm(`${mirror}/shallow.lock`);
  await waiting;
});

test("a repository that sends more than it may is given up, and its half pack is removed", async () => {
  await git(work, "checkout", "-q", "-b", "huge");
  await writeFile(`${work}/huge.bin`, randomBytes(60 * 1024 * 1024));
  const head = await commit("huge");
  await git(work, "push", "-q", "origin", "huge");
  await git(work, "checkout", "-q", "master");
  const mirror = freshMirror();
  const wanted = { ...limits, fullRef: "refs/heads/huge", commit: head, maxBytes: 1024 * 1024 };
  await expect(fetchCommit(fixture.runner, remote(), mirror, wanted)).rejects.toThrow(/more than 1 MiB/);
  expect((await readdir(`${mirror}/objects/pack`)).filter((name) => name.startsWith("tmp_"))).toEqual([]);
  await fetchCommit(fixture.runner, remote(), mirror, { ...wanted, maxBytes: 100 * 1024 * 1024 });
});

test("a transfer cut in the middle is told, and leaves nothing half used", async () => {
  const head = await commitOf(work, "huge");
  const proxy = createTcpServer((client) => {
    const upstream = connect(server.port, "127.0.0.1");
    let passed = 0;
    upstream.on("data", (chunk) => {
      passed += chunk.length;
      if (passed > 5 * 1024 * 1024) client.destroy();
      else client.write(chunk);
    });
    client.pipe(upstream);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/git/shop.git`;
  const mirror = freshMirror();
  const wanted = { ...limits, fullRef: "refs/heads/huge", commit: head };
  await expect(fetchCommit(fixture.runner, { kind: "remote", url }, mirror, wanted)).rejects.toThrow(
    expect.objectContaining({ code: "git_unreachable" }),
  );
  proxy.close();
  expect((await readCommits(fixture.runner, mirror, [head])).size).toBe(0);
  await fetchCommit(fixture.runner, remote(), mirror, wanted);
});

test("author, subject and time of refs come without their files", async () => {
  const mirror = freshMirror();
  const { refs } = await listRemoteRefs(fixture.runner, remote(), limits);
  const facts = await fetchCommitInfo(fixture.runner, remote(), mirror, refs, limits);
  expect([...facts.keys()].toSorted()).toEqual([...new Set(refs.map((ref) => ref.commit))].toSorted());
  const huge = refs.find((ref) => ref.name === "huge");
  expect(facts.get(huge?.commit ?? "")).toMatchObject({ authorName: "Anna", authorEmail: "anna@example.com", subject: "huge" });
  expect(Math.abs((facts.get(huge?.commit ?? "")?.committedAt.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
  expect(await bytesIn(mirror)).toBeLessThan(5 * 1024 * 1024);
  expect(await fetchCommitInfo(fixture.runner, local(), mirror, refs, limits)).toEqual(facts);
  const requests = server.seen.length;
  await fetchCommitInfo(fixture.runner, remote(), mirror, refs, limits);
  expect(server.seen.length).toBe(requests);
  await fetchCommit(fixture.runner, remote(), mirror, { ...limits, fullRef: "refs/heads/huge", commit: huge?.commit ?? "" });
});

test("facts that cannot be had are absent, whatever the remote does", async () => {
  const mirror = freshMirror();
  const { refs } = await listRemoteRefs(fixture.runner, remote(), limits);
  const ghost = { kind: "branch", name: "ghost", fullName: "refs/heads/ghost", commit: "b".repeat(40) } as const;
  const facts = await fetchCommitInfo(fixture.runner, remote(), mirror, [ghost, ...refs], limits);
  expect(facts.has(ghost.commit)).toBe(false);
  expect(facts.size).toBe(new Set(refs.map((ref) => ref.commit)).size);
  expect(
    (await fetchCommitInfo(fixture.runner, { kind: "remote", url: "http://127.0.0.1:1/x.git" }, freshMirror(), refs, limits)).size,
  ).toBe(0);
});

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(`${folder}/${name}`)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

test("hostile and missing commits cost only themselves", async () => {
  const gitDir = local().gitDir;
  const write = (message: Buffer) =>
    execFileSync("git", ["-C", gitDir, "hash-object", "-t", "commit", "-w", "--literally", "--stdin"], {
      input: Buffer.concat([
        Buffer.from(
          "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor <img src=x> <a\u0007@b> 1700000000 +0000\ncommitter x <y@z> 1700000000 +0000\n\n",
        ),
        message,
      ]),
    })
      .toString()
      .trim();
  const enormous = write(Buffer.alloc(6 * 1024 * 1024, "x"));
  const broken = write(Buffer.from([0x41, 0xff, 0xfe, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x42, 0x0a]));
  const good = await commitOf(gitDir, "refs/heads/master");
  const found = await readCommits(fixture.runner, gitDir, [enormous, "c".repeat(40), good, broken, "HEAD", "--all"]);
  expect(new Set(found.keys())).toEqual(new Set([good, broken]));
  expect(found.get(broken)).toMatchObject({ authorName: "", subject: "A\ufffd\ufffd [31mB" });
});

test("ten thousand refs are listed, described and recognised quickly", { timeout: 120_000 }, async () => {
  const gitDir = fixture.path("repositories", "many.git");
  await createBuiltinRepository(fixture.runner, gitDir);
  const stream = Array.from(
    { length: 10_000 },
    (_, index) =>
      `commit refs/heads/team/branch-${index}\ncommitter Anna <anna@example.com> ${1_700_000_000 + index} +0000\ndata 5\nx${String(index).padStart(4, "0")}\n`,
  ).join("\n");
  execFileSync("git", ["-C", gitDir, "fast-import", "--quiet"], { input: `${stream}\n` });
  await git(gitDir, "pack-refs", "--all");
  const source = { kind: "remote", url: `${server.origin}/git/many.git` } as const;
  const started = performance.now();
  const { refs } = await listRemoteRefs(fixture.runner, source, limits);
  const listed = performance.now();
  const { refs: again } = await listRemoteRefs(fixture.runner, { kind: "local", gitDir }, limits);
  const listedLocally = performance.now();
  const facts = await fetchCommitInfo(fixture.runner, source, freshMirror(), refs, { timeoutMs: 60_000 });
  const described = performance.now();
  console.info(
    `10 000 refs: ls-remote ${Math.round(listed - started)} ms, local ${Math.round(listedLocally - listed)} ms, commit facts ${Math.round(described - listedLocally)} ms`,
  );
  expect(refs).toHaveLength(10_000);
  expect(again).toHaveLength(10_000);
  expect(facts.size).toBe(10_000);
  expect(listed - started).toBeLessThan(3_000);
});
