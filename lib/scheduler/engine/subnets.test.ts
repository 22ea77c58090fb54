import { expect, test } from "vitest";

import { freeSubnets } from "./subnets.ts";

test("subnets are of one size, in one range, and begin elsewhere for everybody", () => {
  const [one = ""] = freeSubnets("one", [], 1);
  const [other = ""] = freeSubnets("other", [], 1);
  expect(one).toMatch(/^198\.1[89]\.\d+\.\d+\/26$/);
  expect(other).not.toBe(one);
  expect(freeSubnets("one", [], 1)).toEqual([one]);
});

test("what overlaps anything that is taken is left out", () => {
  const [first = "", second = ""] = freeSubnets("x", [], 2);
  expect(freeSubnets("x", [first], 1)).toEqual([second]);
  expect(freeSubnets("x", [first.replace("/26", "/28")], 1)).toEqual([second]);
  expect(freeSubnets("x", ["198.18.0.0/15"], 1)).toEqual([]);
  expect(freeSubnets("x", ["0.0.0.0/0"], 1)).toEqual([]);
  const upper = freeSubnets("x", ["198.18.0.0/16", "fd00::/64", "nonsense"], 5000);
  expect(upper).toHaveLength(1024);
  expect(upper.every((subnet) => subnet.startsWith("198.19."))).toBe(true);
});
