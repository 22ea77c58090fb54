import { expect, it } from "vitest";

import { deployWord } from "./deploy-word.ts";

it("a review stage previews, another stage deploys, and where the ref runs already it is deployed again", () => {
  expect(deployWord("review", [])).toBe("Preview");
  expect(deployWord("review", ["staging/v1"])).toBe("Preview");
  expect(deployWord("staging", [])).toBe("Deploy");
  expect(deployWord("review", ["review/issue-1"])).toBe("Redeploy");
  expect(deployWord("review", ["review-2/issue-1"])).toBe("Preview");
});
