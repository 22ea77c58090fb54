import { describe, expect, it } from "vitest";

import { parseLabelSelector } from "./label-selector.ts";

describe("a label selector", () => {
  const labels = { tier: "front", "a.b": "c d" };

  it.each([
    ["tier", true],
    ["none", false],
    ["tier==front", true],
    ["tier == back", false],
    ["tier!=back", true],
    ["none!=back", false],
    ["tier in (back, front)", true],
    ["tier notin (back)", true],
    ["none notin (back)", false],
    ["tier,a.b", true],
    ["tier==front, none", false],
    [String.raw`a.b==c\ d`, true],
  ])("%s is %s", (text, matches) => {
    expect(parseLabelSelector(text)(labels)).toBe(matches);
  });

  it.each(["", "a b", "a==", "a in x", "a===b", "(a)"])("%j cannot be parsed", (text) => {
    expect(() => parseLabelSelector(text)).toThrow("Can not parse label selector");
  });
});
