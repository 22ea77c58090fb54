import { describe, expect, it } from "vitest";

import { withVersion } from "./app-change.ts";
import { withDefaults } from "./defaults.ts";
import { absoluteDependency, dependenciesOf, groupExists, groupIds, treeOf } from "./group.ts";

const version = "2026-01-01T00:00:00.000Z";
const app = (id: string, dependencies: string[] = []) => withVersion(withDefaults(id, { args: ["x"], dependencies }), version, "config");
const apps = new Map(["/a/b/x", "/a/y", "/c/z"].map((id) => [id, app(id)]));
const group = (id: string, dependencies: string[] = []) => ({ id, version, dependencies });

describe("groups", () => {
  it("follow from the ids of apps and from what was written", () => {
    const written = new Map([["/d/e", group("/d/e")]]);
    expect([...groupIds(apps, written)].toSorted()).toEqual(["/a", "/a/b", "/c", "/d", "/d/e"]);
    expect(groupExists("/", new Map(), new Map())).toBe(true);
    expect(groupExists("/d", apps, written)).toBe(true);
    expect(groupExists("/a/y", apps, written)).toBe(false);
  });

  it("hand what they stand on to every app inside, and stand for every app inside", () => {
    const written = new Map([["/a", group("/a", ["/c"])]]);
    const all = new Map([...apps, ["/f", app("/f", ["/a/b", "/c/z", "/none"])]]);
    expect(Object.fromEntries(dependenciesOf(all, written))).toEqual({
      "/a/b/x": ["/c/z"],
      "/a/y": ["/c/z"],
      "/f": ["/a/b/x", "/c/z"],
    });
  });

  it.each([
    ["/x/y", "/a/b", "/x/y"],
    ["../db", "/shop/web", "/shop/db"],
    ["../../db", "/shop/front/web", "/shop/db"],
    ["db", "/shop/web", "/shop/db"],
  ])("name %s from %s: %s", (dependency, owner, absolute) => {
    expect(absoluteDependency(dependency, owner)).toBe(absolute);
  });

  it("are a tree with each app once", () => {
    expect(treeOf([...apps.values()], version)).toMatchObject({
      id: "/",
      apps: [],
      groups: [
        { id: "/a", apps: [{ id: "/a/y" }], groups: [{ id: "/a/b", apps: [{ id: "/a/b/x" }] }] },
        { id: "/c", apps: [{ id: "/c/z" }] },
      ],
    });
  });
});
