import { expect, it } from "vitest";

import { environmentHref, environmentNameIn } from "./address.ts";

it.each(["review/issue-1", "review/feature/checkout", "production", "review/<img src=x>?#&%", "review/50%25", "staging/v1.0"])(
  "the address of %s leads back to its name",
  (name) => {
    const path = environmentHref("shop", name);
    const parts = path.split("/");
    expect(parts).toHaveLength(6);
    expect(environmentNameIn(parts[4] ?? "", parts[5] ?? "")).toBe(name);
  },
);

it("a broken escape in an address is taken as it is", () => {
  expect(environmentNameIn("review", "50%")).toBe("review/50%");
});
