import { expect, it } from "vitest";

import { scopeWords } from "./scope-words.ts";

it("says what a token may be used for, and names no project that may not be seen", () => {
  expect(scopeWords({ projects: null, otherProjects: 0, verbs: null })).toBe("All projects · whatever you may");
  expect(scopeWords({ projects: [{ slug: "shop", name: "Shop" }], otherProjects: 2, verbs: ["view", "logs"] })).toBe(
    "Shop, 2 you may not see · view, logs",
  );
  expect(scopeWords({ projects: [], otherProjects: 1, verbs: ["deploy"] })).toBe("one you may not see · deploy");
});
