import { expect, it } from "vitest";

import { actionWords, differencesOf } from "./words.ts";

it.each([
  ["environment.preview", "Preview"],
  ["group.add-member", "Add member"],
  ["project.update", "Change project"],
  ["something.odd", "Odd something"],
  ["odd", "Odd"],
])("%s is said as %s", (action, words) => {
  expect(actionWords(action)).toBe(words);
});

it("a difference names each field that changed, also inside of objects, and says which did not", () => {
  const before = { name: "Shop", roles: ["tester"], matrix: { ops: { review: ["view"] } }, port: null };
  const after = { name: "Shop", roles: ["tester", "ops"], matrix: { ops: { review: ["view", "logs"] } }, port: 8080 };
  expect(differencesOf(before, after)).toEqual([
    { field: "name", before: "Shop", after: "Shop", changed: false },
    { field: "roles", before: "tester", after: "tester, ops", changed: true },
    { field: "matrix.ops.review", before: "view", after: "view, logs", changed: true },
    { field: "port", before: "–", after: "8080", changed: true },
  ]);
  expect(differencesOf(null, null)).toEqual([]);
});
