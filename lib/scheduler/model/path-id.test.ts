import { describe, expect, it } from "vitest";

import { canonicalId, isBelow, parentOf, problemsWithAppId } from "./path-id.ts";

describe("an app id", () => {
  it.each([
    ["/a/b", "/", "/a/b"],
    ["a/b", "/", "/a/b"],
    ["b", "/a", "/a/b"],
    ["../b", "/a/c", "/a/b"],
    ["./b", "/a", "/a/b"],
    ["//a//b/", "/", "/a/b"],
    ["../../..", "/a", "/"],
  ])("%s under %s is %s", (id, base, canonical) => {
    expect(canonicalId(id, base)).toBe(canonical);
  });

  it.each(["/a", "/a-b/c1", "/0", "/a.b/c", "/tasks/web"])("%s may be used", (id) => {
    expect(problemsWithAppId(id)).toEqual([]);
  });

  it.each(["/", "/A", "/a_b", "/-a", "/a-", "/a b", "/ä", "/a/restart", "/a/tasks", "/a/versions", "/..", `/${"a".repeat(200)}`])(
    "%s may not be used",
    (id) => {
      expect(problemsWithAppId(id)).not.toEqual([]);
    },
  );

  it("knows its group", () => {
    expect(parentOf("/a/b")).toBe("/a");
    expect(parentOf("/a")).toBe("/");
    expect(isBelow("/ab", "/a")).toBe(false);
    expect(isBelow("/a/b/c", "/a")).toBe(true);
    expect(isBelow("/a", "/")).toBe(true);
  });
});
