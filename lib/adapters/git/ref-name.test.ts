import { expect, test } from "vitest";

import { isCommitId, parseFullRef } from "./ref-name.ts";

test.each([
  "feature/x",
  "a;touch${IFS}x",
  "$(id)",
  "`id`",
  "<img/src=x/onerror=alert(1)>",
  "größe/日本語",
  "🚢",
  'quote"d',
  "it's",
  "refs/heads/x",
  "a".repeat(240),
])("the branch name %j is used as it is", (name) => {
  expect(parseFullRef(`refs/heads/${name}`)).toEqual({ kind: "branch", name, fullName: `refs/heads/${name}` });
});

test.each([
  "",
  "-x",
  "--upload-pack=x",
  "a b",
  "..",
  "a..b",
  "@{u}",
  "@",
  "HEAD",
  "a.lock",
  "a.lock/b",
  ".a",
  "a/.b",
  "a/",
  "/a",
  "a//b",
  "a.",
  "a~1",
  "a^",
  "a:b",
  "a?",
  "a*",
  "a[",
  "a\\b",
  "a\0b",
  "a\nb",
  "a\x7f",
  "x".repeat(300),
])("the branch name %j is refused", (name) => {
  expect(parseFullRef(`refs/heads/${name}`)).toBeNull();
});

test("only branches and tags are refs", () => {
  expect(parseFullRef("refs/tags/v1.0")?.kind).toBe("tag");
  for (const name of ["refs/pull/1/head", "refs/notes/commits", "HEAD", "main", "refs/heads", "refs/heads/"])
    expect(parseFullRef(name)).toBeNull();
});

test("a commit is named by its full id and nothing else", () => {
  expect(isCommitId("a".repeat(40))).toBe(true);
  expect(isCommitId("0".repeat(64))).toBe(true);
  for (const text of ["HEAD'; id; #", "HEAD~99999", "a".repeat(39), "A".repeat(40), `${"a".repeat(40)}\n`, "refs/pull/1/head", ""])
    expect(isCommitId(text)).toBe(false);
});
