import { describe, expect, it } from "vitest";

import { movedProtectedTag } from "./protected-tags.ts";
import { protectedTagsInput } from "./schema.ts";

const [one, two] = ["1".repeat(40), "2".repeat(40)];
const moved = (change: { oldId: string | null; newId: string | null }, existing: readonly string[] = [], name = "v1.0") =>
  movedProtectedTag(
    ["v*", "release/*"],
    [
      { name: "nightly", oldId: one, newId: two },
      { name, ...change },
    ],
    new Set(existing),
  )?.name ?? null;

describe("a protected tag", () => {
  it("can be made once", () => {
    expect(moved({ oldId: null, newId: one })).toBeNull();
    expect(moved({ oldId: null, newId: one }, ["v1.0"])).toBe("v1.0");
  });

  it("is neither moved nor deleted, whatever the client says of it", () => {
    expect(moved({ oldId: one, newId: two }, ["v1.0"])).toBe("v1.0");
    expect(moved({ oldId: one, newId: null }, ["v1.0"])).toBe("v1.0");
    expect(moved({ oldId: one, newId: two })).toBe("v1.0");
    expect(moved({ oldId: null, newId: null })).toBe("v1.0");
  });

  it("is one that a pattern names; all others move freely", () => {
    expect(moved({ oldId: one, newId: two }, ["release/a/b"], "release/a/b")).toBe("release/a/b");
    expect(moved({ oldId: one, newId: two }, ["nightly-v1"], "nightly-v1")).toBeNull();
  });
});

describe("the patterns", () => {
  it.each([[["v*", "release/*"]], [[]]])("%j are taken", (patterns) => {
    expect(protectedTagsInput.safeParse(patterns).success).toBe(true);
  });

  it.each([[[""]], [["a b"]], [["a\nb"]], [["x".repeat(101)]], [Array.from({ length: 21 }, () => "v*")], ["v*"]])(
    "%j are refused",
    (patterns) => {
      expect(protectedTagsInput.safeParse(patterns).success).toBe(false);
    },
  );
});
