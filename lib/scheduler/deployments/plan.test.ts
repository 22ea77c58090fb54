import { describe, expect, it } from "vitest";

import { withVersion } from "../model/app-change.ts";
import { type AppDefinition } from "../model/app.ts";
import { withDefaults } from "../model/defaults.ts";
import { planSteps } from "./plan.ts";

function app(id: string, more: Partial<Parameters<typeof withDefaults>[1]> = {}): AppDefinition {
  return withVersion(withDefaults(id, { args: ["x"], ...more }), "2026-01-01T00:00:00.000Z", "config");
}

function apps(...list: AppDefinition[]): Map<string, AppDefinition> {
  return new Map(list.map((one) => [one.id, one]));
}

function short(steps: ReturnType<typeof planSteps>): string[] {
  return steps.map((step) => step.actions.map(({ action, app: id }) => `${action.replace("Application", "")} ${id}`).join(", "));
}

describe("a plan", () => {
  it.each([
    ["a new app", apps(), apps(app("/a")), ["Start /a", "Scale /a"]],
    ["nothing", apps(app("/a")), apps(app("/a")), []],
    ["a removed app", apps(app("/a")), apps(), ["Stop /a"]],
    ["another number", apps(app("/a")), apps(app("/a", { instances: 2 })), ["Scale /a"]],
    ["another label", apps(app("/a")), apps(app("/a", { labels: { a: "b" } })), ["Restart /a"]],
    ["another label and no instances", apps(app("/a")), apps(app("/a", { labels: { a: "b" }, instances: 0 })), ["Scale /a"]],
    [
      "everything at once, dependencies first",
      apps(app("/gone"), app("/low"), app("/high", { dependencies: ["/low"] })),
      apps(app("/low", { instances: 2 }), app("/high", { dependencies: ["/low"], mem: 1 }), app("/new", { dependencies: ["/high"] })),
      ["Stop /gone", "Start /new", "Scale /low", "Restart /high", "Scale /new"],
    ],
  ])("for %s", (_what, original, target, steps) => {
    expect(short(planSteps(original, target))).toEqual(steps);
  });

  it("restarts what was asked for though nothing changed", () => {
    expect(short(planSteps(apps(app("/a")), apps(app("/a")), new Set(["/a"])))).toEqual(["Restart /a"]);
  });

  it("is refused for a circle of dependencies", () => {
    const circle = apps(app("/a", { dependencies: ["/b"] }), app("/b", { dependencies: ["/a"] }));
    expect(() => planSteps(apps(), circle)).toThrow("Dependency graph has cyclic dependencies.");
  });
});
