import { mkdir, writeFile } from "node:fs/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { fetchCommit } from "#lib/adapters/git/mirror.ts";
import { fetchRangeHistory, readRange } from "#lib/adapters/git/range.ts";

import { commitOf, createFixture, git, type GitFixture } from "./fixture.ts";

let fixture: GitFixture;
let work: string;

async function commit(path: string, words: string): Promise<string> {
  await mkdir(`${work}/migrations`, { recursive: true });
  await writeFile(`${work}/${path}`, words);
  await git(work, "add", ".");
  await git(work, "commit", "-qm", words);
  return commitOf(work, "HEAD");
}

beforeAll(async () => {
  fixture = await createFixture();
  work = fixture.path("work");
  await mkdir(work, { recursive: true });
  await git(work, "init", "-q", "-b", "master");
});
afterAll(() => fixture.remove());

test("says which commits come in and which go out between two, which files differ, and when the history does not reach", async () => {
  const base = await commit("a", "The base");
  await commit("b", "One");
  const one = await commit("migrations/1.sql", "Two");
  await git(work, "checkout", "-q", "-b", "side", base);
  const other = await commit("c", "Aside");

  const range = await readRange(fixture.runner, `${work}/.git`, one, other, 200);
  expect(range.commitsIn.map(({ subject }) => subject)).toEqual(["Aside"]);
  expect(range.commitsOut.map(({ subject }) => subject)).toEqual(["Two", "One"]);
  expect(range).toMatchObject({ inCount: 1, outCount: 2, complete: true, paths: ["b", "c", "migrations/1.sql"] });
  expect((await readRange(fixture.runner, `${work}/.git`, other, one, 1)).commitsIn.map(({ subject }) => subject)).toEqual(["Two"]);

  // A mirror that was made for builds has the heads alone.
  const mirror = fixture.path("mirror.git");
  const source = { kind: "remote", url: `file://${work}` } as const;
  const limits = { timeoutMs: 20_000 };
  await fetchCommit(fixture.runner, source, mirror, { ...limits, fullRef: "refs/heads/master", commit: one });
  await fetchCommit(fixture.runner, source, mirror, { ...limits, fullRef: "refs/heads/side", commit: other });
  expect((await readRange(fixture.runner, mirror, one, other, 200)).complete).toBe(false);
  for (const ref of ["refs/heads/master", "refs/heads/side"]) await fetchRangeHistory(fixture.runner, source, mirror, ref, limits);
  expect(await readRange(fixture.runner, mirror, one, other, 200)).toMatchObject({ inCount: 1, outCount: 2, complete: true });
  await expect(readRange(fixture.runner, mirror, one, "0".repeat(40), 200)).rejects.toMatchObject({ code: "source_gone" });
});
