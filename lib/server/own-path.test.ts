import { describe, expect, it } from "vitest";

import { ownPath } from "./own-path.ts";

describe("where the sign-in leads", () => {
  it.each([
    ["/p/shop?tab=1#x", "/p/shop?tab=1#x"],
    ["https://evil.test", "/"],
    ["//evil.test", "/"],
    ["/\\evil.test", "/"],
    ["/\tevil", "/"],
    ["javascript:alert(1)", "/"],
    [null, "/"],
  ])("%s leads to %s", (wanted, path) => {
    expect(ownPath(wanted)).toBe(path);
  });
});
