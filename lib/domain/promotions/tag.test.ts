import { expect, it } from "vitest";

import { promotionTag } from "./tag.ts";

it("names the tag after stage and ref, or after the release where there is no ref", () => {
  expect(promotionTag("uat", { name: "v2.2", slug: "v2-2" }, 3)).toBe("uat-v2.2");
  expect(promotionTag("production", null, 7)).toBe("production-7");
});

it("takes the slug where a ref's name cannot be a tag", () => {
  expect(promotionTag("uat", { name: "release/2.2", slug: "release-2-2" }, 1)).toBe("uat-release-2-2");
  expect(promotionTag("uat", { name: "x".repeat(200), slug: "x-abc" }, 1)).toBe("uat-x-abc");
});
