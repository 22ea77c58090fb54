import { describe, expect, it } from "vitest";

import { type Actor, authorise, may, systemActor } from "./policy.ts";

const developer: Actor = {
  ...systemActor,
  kind: "person",
  isAdmin: false,
  grants: new Map([
    [
      "shop",
      new Map([
        ["review", new Set(["view", "logs", "deploy"])],
        ["staging", new Set(["view"])],
      ] as const),
    ],
  ]),
};
const review = { type: "environment", projectId: "shop", stageKind: "review" } as const;
const staging = { type: "environment", projectId: "shop", stageKind: "staging" } as const;
const production = { type: "environment", projectId: "shop", stageKind: "production" } as const;

describe("the policy", () => {
  it("gives a role exactly the verbs of its rows", () => {
    expect([
      may(developer, "deploy", review),
      may(developer, "destroy", review),
      may(developer, "view", staging),
      may(developer, "deploy", staging),
    ]).toEqual([true, false, true, false]);
  });

  it("hides what may not be viewed and refuses what may be viewed only", () => {
    expect(() => authorise(developer, "deploy", production)).toThrow(expect.objectContaining({ code: "not_found" }));
    expect(() => authorise(developer, "deploy", staging)).toThrow(expect.objectContaining({ code: "forbidden" }));
  });

  it("shows no project to somebody without a role in it", () => {
    expect(() => authorise(developer, "view", { type: "project", projectId: "other" })).toThrow(
      expect.objectContaining({ code: "not_found" }),
    );
  });

  it("lets only admins administer", () => {
    expect(() => authorise(developer, "administer", { type: "project", projectId: "shop" })).toThrow(
      expect.objectContaining({ code: "forbidden" }),
    );
    expect(may(systemActor, "administer", { type: "project", projectId: "shop" })).toBe(true);
  });
});
