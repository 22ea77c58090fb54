import { describe, expect, it } from "vitest";

import { createBackoff } from "./backoff.ts";

const app = {
  id: "/a",
  versionInfo: { lastScalingAt: "2026-01-01T00:00:00.000Z", lastConfigChangeAt: "2026-01-01T00:00:00.000Z" },
  backoffSeconds: 1,
  backoffFactor: 2,
  maxLaunchDelaySeconds: 3,
};

describe("the launch delay", () => {
  it("begins at backoffSeconds, grows by the factor and stops at the longest delay", () => {
    const backoff = createBackoff(() => 1_000);
    expect(backoff.remaining(app)).toBe(0);
    const seen = [1, 2, 3, 4].map(() => {
      backoff.raise(app);
      return backoff.remaining(app);
    });
    expect(seen).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  it("of what ended before the process began is what is left of it", () => {
    const backoff = createBackoff(() => 10_000);
    const never = { ...app, backoffSeconds: 60, backoffFactor: 1, maxLaunchDelaySeconds: 60 };
    backoff.raise(never, 4_000);
    expect(backoff.remaining(never)).toBe(54_000);
    expect(backoff.remaining({ ...never, id: "/b" })).toBe(0);
  });

  it("starts fresh for a new configuration and goes on after a scaling", () => {
    const backoff = createBackoff(() => 1_000);
    backoff.raise(app);
    const scaled = { ...app, versionInfo: { ...app.versionInfo, lastScalingAt: "2026-01-02T00:00:00.000Z" } };
    const changed = { ...app, versionInfo: { ...app.versionInfo, lastConfigChangeAt: "2026-01-02T00:00:00.000Z" } };
    expect(backoff.remaining(scaled)).toBe(1_000);
    expect(backoff.remaining(changed)).toBe(0);
  });

  it("is forgotten when nothing failed for the longest delay, and when it is reset", () => {
    let now = 0;
    const backoff = createBackoff(() => now);
    backoff.raise(app);
    backoff.raise(app);
    now = 3_001;
    backoff.raise(app);
    expect(backoff.remaining(app)).toBe(1_000);
    expect(backoff.reset("/a")).toBe(true);
    expect(backoff.remaining(app)).toBe(0);
    expect(backoff.reset("/a")).toBe(false);
  });
});
