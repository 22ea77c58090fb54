import { describe, expect, it } from "vitest";

import { beyondDefaults, defaultAppSettings, readAppSettings, resolveAppSettings, settingsFingerprint, wholeOf } from "./resolve.ts";

describe("the layers of an app's settings", () => {
  it("win in the order stage, project, berth.json, default, field by field, and say where each value comes from", () => {
    const { settings, sources } = resolveAppSettings({
      file: { disk: 1, killGraceSeconds: 1, network: "host" },
      project: { disk: 2, killGraceSeconds: 2 },
      stage: { disk: 3 },
    });
    expect(settings).toMatchObject({ disk: 3, killGraceSeconds: 2, network: "host", forcePull: false });
    expect(sources).toMatchObject({ disk: "stage", killGraceSeconds: "project", network: "file", forcePull: "default" });
  });

  it("take a list whole: a stage with no constraints has none, whatever the project says", () => {
    const constraints = [{ field: "hostname", operator: "UNIQUE" as const, value: null }];
    expect(resolveAppSettings({ project: { constraints }, stage: { constraints: [] } }).settings.constraints).toEqual([]);
    expect(resolveAppSettings({ project: { constraints }, stage: {} }).settings.constraints).toEqual(constraints);
  });

  it("leave the defaults when nobody says anything", () => {
    expect(resolveAppSettings({}).settings).toEqual(defaultAppSettings);
    expect(beyondDefaults(defaultAppSettings)).toEqual({});
  });
});

describe("the fingerprint of settings", () => {
  it("is empty for the defaults, also where they are written out, so that no verdict is void by that", () => {
    expect(settingsFingerprint({})).toBe("");
    expect(settingsFingerprint({ disk: 0, network: "bridge", backoff: null })).toBe("");
  });

  it("is the same whatever the order of members, and another for another value", () => {
    const one = settingsFingerprint({ labels: { a: "1", b: "2" }, disk: 1 });
    expect(settingsFingerprint({ disk: 1, labels: { b: "2", a: "1" } })).toBe(one);
    expect(settingsFingerprint({ disk: 1, labels: { a: "1", b: "3" } })).not.toBe(one);
  });
});

describe("stored settings", () => {
  it("that this Berth cannot read count as not set, and the others stay", () => {
    expect(readAppSettings({ disk: 5, network: "quantum", telepathy: true })).toEqual({ disk: 5 });
    expect(readAppSettings("nonsense")).toEqual({});
  });

  it("read the same again as they were written", () => {
    const settings = beyondDefaults(
      wholeOf({ ports: [{ containerPort: 81, hostPort: 0, servicePort: 0, protocol: "tcp", name: null, labels: {} }] }),
    );
    expect(readAppSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });
});
