import { describe, expect, it } from "vitest";

import { matchesGlob, stageTakes } from "../stages/gates.ts";
import { defaultPipeline } from "./pipeline.ts";

describe("the default pipeline", () => {
  it.each([
    ["branch", "issue-1", "review"],
    ["branch", "master", "demo"],
    ["branch", "v1.0", "review"],
    ["tag", "v1.0", "staging"],
  ] as const)("takes %s %s first into %s", (kind, name, stage) => {
    expect(defaultPipeline.find((candidate) => stageTakes(candidate, { kind, name }, "master"))?.name).toBe(stage);
  });

  it("takes no tag that is no version into staging", () => {
    expect(
      defaultPipeline.filter((stage) => stage.starts === "on_push" && stageTakes(stage, { kind: "tag", name: "nightly" }, "master")),
    ).toEqual([]);
  });
});

describe("matchesGlob", () => {
  it.each([
    ["v*", "v2.0", true],
    ["v*", "2.0", false],
    ["release/*/x", "release/a/b/x", true],
    ["*-rc*", "v1-rc.2", true],
    ["", "", true],
    ["*", "", true],
    ["a*b", "ac", false],
  ])("%s takes %s: %s", (pattern, name, result) => {
    expect(matchesGlob(pattern, name)).toBe(result);
  });

  it("stays linear on a hostile pattern", () => {
    expect(matchesGlob(`${"*a".repeat(60)}b`, "a".repeat(5000))).toBe(false);
  });
});
