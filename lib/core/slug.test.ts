import { describe, expect, it } from "vitest";

import { distinctSlugOf, hostLabelOf, slugOf } from "./slug.ts";

describe("slugOf", () => {
  it.each([
    ["issue-1", "issue-1"],
    ["feature/checkout", "feature-checkout"],
    ["Feature/X", "feature-x"],
    ["v2.0", "v2-0"],
    ["$(id)", "id"],
    ["<img/src=x/onerror=alert(1)>", "img-src-x-onerror-alert-1"],
    ["über/x", "uber-x"],
  ])("makes a DNS label of %s", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it("gives names of nothing but foreign signs a hash, and different names different ones", () => {
    expect(slugOf("日本")).toMatch(/^x-[0-9a-f]{7}$/);
    expect(slugOf("日本")).not.toBe(slugOf("中国"));
  });

  it("keeps two long names apart within the limit", () => {
    const [one, two] = [slugOf(`${"a".repeat(250)}1`), slugOf(`${"a".repeat(250)}2`)];
    expect(one).toHaveLength(54);
    expect(one).not.toBe(two);
  });

  it("never ends or begins with a dash and never doubles one", () => {
    for (const name of ["-x-", "a--b", "a//b", `${"ab-".repeat(40)}`]) expect(slugOf(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });
});

describe("distinctSlugOf", () => {
  it("tells names with one slug apart", () => {
    expect(distinctSlugOf("a/b")).not.toBe(distinctSlugOf("a-b"));
  });
});

describe("hostLabelOf", () => {
  it("is at most 63 characters, whatever goes in", () => {
    const label = hostLabelOf({ ref: slugOf("r".repeat(200)), stage: "production", project: "p".repeat(30) });
    expect(label.length).toBeLessThanOrEqual(63);
    expect(label).toMatch(/--production--p{30}$/);
  });
});
