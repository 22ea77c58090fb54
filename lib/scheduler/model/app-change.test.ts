import { describe, expect, it } from "vitest";

import { applyUpdate, needsRestart, withVersion } from "./app-change.ts";
import { withDefaults } from "./defaults.ts";

const now = "2026-01-01T00:00:00.000Z";
const bridged = withVersion(
  withDefaults("/a", {
    container: { docker: { image: "x" }, portMappings: [{ containerPort: 80, servicePort: 10_001 }] },
    networks: [{ mode: "container/bridge" }],
    env: { A: "1" },
  }),
  now,
  "config",
);

describe("a change to an app", () => {
  it("needs new tasks for everything but the number of instances", () => {
    expect(needsRestart(bridged, { ...bridged, instances: 7 })).toBe(false);
    expect(needsRestart(bridged, { ...bridged, labels: { a: "b" } })).toBe(true);
    expect(needsRestart(bridged, { ...bridged, mem: 129 })).toBe(true);
    expect(needsRestart(bridged, { ...bridged, constraints: [] })).toBe(false);
  });

  it("keeps what was not sent, whole, and replaces what was, whole", () => {
    const changed = applyUpdate(bridged, { container: { docker: { image: "y" } } }, "/a", true);
    expect(changed).toMatchObject({ env: { A: "1" }, networks: [{ mode: "container/bridge" }] });
    expect(changed.container).toMatchObject({ docker: { image: "y" }, portMappings: [{ containerPort: 0, name: "default" }] });
    expect(applyUpdate(bridged, { container: { docker: { image: "y" } } }, "/a", false).env).toEqual({});
  });

  it("to another network mode takes its own default ports with it", () => {
    const hosted = applyUpdate(bridged, { networks: [{ mode: "host" }] }, "/a", true);
    expect(hosted.container?.portMappings).toBeUndefined();
    expect(hosted.portDefinitions).toHaveLength(1);
    const back = applyUpdate(withVersion(hosted, now, "config"), { networks: [{ mode: "container/bridge" }] }, "/a", true);
    expect(back.portDefinitions).toBeUndefined();
    expect(back.container?.portMappings).toHaveLength(1);
  });

  it("of the number alone keeps the time of the configuration", () => {
    const later = "2026-01-02T00:00:00.000Z";
    expect(withVersion({ ...bridged, instances: 2 }, later, "scale", bridged).versionInfo).toEqual({
      lastScalingAt: later,
      lastConfigChangeAt: now,
    });
    expect(withVersion(bridged, later, "config", bridged).versionInfo).toEqual({ lastScalingAt: later, lastConfigChangeAt: later });
  });
});
