import { expect, test } from "vitest";

import { labelsOf } from "./app-spec.ts";

test("whatever runs of an environment shares its network, and nothing else does", () => {
  const networkOf = (environmentId: string, releaseId: string) => labelsOf({ instance: "i", environmentId, releaseId })["berth.network"];
  expect(networkOf("one", "r1")).toBe(networkOf("one", "r2"));
  expect(networkOf("one", "r1")).not.toBe(networkOf("other", "r1"));
});
