import { expect, it } from "vitest";

import { differencesOf } from "./differences.ts";

it("names what is added, removed and changed, and nothing else", () => {
  expect(
    differencesOf({ A: { value: "1" }, B: { value: "2" }, C: { value: "3" } }, { A: { value: "1" }, B: { value: "4" }, D: { value: "5" } }),
  ).toEqual([
    { name: "B", change: "changed", secret: false, before: "2", after: "4" },
    { name: "C", change: "removed", secret: false, before: "3", after: null },
    { name: "D", change: "added", secret: false, before: null, after: "5" },
  ]);
});

it("tells that a secret is another one by its sealed version, and never its value", () => {
  const [difference] = differencesOf({ KEY: { secretId: "one" } }, { KEY: { secretId: "other" } });
  expect(difference).toEqual({ name: "KEY", change: "changed", secret: true, before: "••••••", after: "••••••" });
  expect(differencesOf({ KEY: { secretId: "one" } }, { KEY: { secretId: "one" } })).toEqual([]);
});

it("does not take another order of fields for a difference", () => {
  expect(differencesOf({ health: { path: "/", seconds: 2 } }, { health: { seconds: 2, path: "/" } })).toEqual([]);
});
