import { describe, expect, it } from "vitest";

import { configurationFingerprint, configurationOf, differencesBetween } from "./configuration.ts";

const release = {
  variables: { A: { value: "1" }, B: { secretId: "x" } },
  cpus: 0.5,
  mem: 256,
  port: 80,
  healthPath: "/",
  app: { labels: { a: "1", b: "2" } },
};

describe("the configuration that is judged", () => {
  it("is the same whatever the order of its fields, and whatever the number of instances", () => {
    const other = { ...release, variables: { B: { secretId: "x" }, A: { value: "1" } }, app: { instances: 7, labels: { b: "2", a: "1" } } };
    expect(differencesBetween(configurationOf(release), configurationOf(other))).toEqual([]);
    expect(configurationFingerprint(configurationOf(release))).toBe(configurationFingerprint(configurationOf(other)));
  });

  it.each([
    [{ variables: { ...release.variables, A: { value: "2" } } }, { kind: "variable", name: "A" }],
    [{ variables: { ...release.variables, C: { value: "" } } }, { kind: "variable", name: "C" }],
    [{ variables: { A: { value: "1" } } }, { kind: "variable", name: "B" }],
    [{ variables: { ...release.variables, B: { secretId: "y" } } }, { kind: "variable", name: "B" }],
    [{ mem: 512 }, { kind: "setting", name: "memory" }],
    [{ healthPath: "/up" }, { kind: "setting", name: "health check path" }],
    [{ app: {} }, { kind: "setting", name: "labels" }],
    [{ app: { ...release.app, killGraceSeconds: 9 } }, { kind: "setting", name: "kill grace seconds" }],
  ])("is another with %j", (change, difference) => {
    const [one, other] = [configurationOf(release), configurationOf({ ...release, ...change })];
    expect(differencesBetween(one, other)).toEqual([difference]);
    expect(differencesBetween(other, one)).toEqual([difference]);
    expect(configurationFingerprint(one)).not.toBe(configurationFingerprint(other));
  });
});
