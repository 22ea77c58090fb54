import { describe, expect, it } from "vitest";

import { appPath } from "./app-path.ts";
import { labelSelector, matchesLabels } from "./label-selector.ts";

describe("the path of an app", () => {
  it("is below /v2/apps", () => {
    expect(appPath("/berth/shop/review/issue-1")).toBe("/v2/apps/berth/shop/review/issue-1");
    expect(appPath("/a.b/c")).toBe("/v2/apps/a.b/c");
  });

  it.each([
    "",
    "/",
    "a",
    "//a",
    "/a//b",
    "/a/",
    "/A",
    "/a_b",
    "/a b",
    "/-a",
    "/a-",
    "/a/../b",
    "/..",
    "/a?force=true",
    "/a%2Fb",
    "/a/restart",
    "/a/tasks",
    "/a/versions",
    "/ä",
    `/${"a".repeat(1001)}`,
  ])("is refused for %j", (id) => {
    expect(() => appPath(id)).toThrowError(expect.objectContaining({ code: "marathon_refused" }));
  });
});

describe("a label selector", () => {
  it("escapes what Marathon's grammar would take for its own", () => {
    expect(labelSelector({ "berth.instance": "a-b_c.1", "odd key": "x,y==(z)" })).toBe(
      "berth.instance==a-b_c.1,odd\\ key==x\\,y\\=\\=\\(z\\)",
    );
  });

  it("is asked of the answer again", () => {
    expect(matchesLabels({ a: "1", b: "2" }, { a: "1" })).toBe(true);
    expect(matchesLabels({ a: "1" }, { a: "2" })).toBe(false);
    expect(matchesLabels({}, { constructor: "x" })).toBe(false);
  });
});
