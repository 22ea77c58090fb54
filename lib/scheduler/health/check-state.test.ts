import { describe, expect, it } from "vitest";

import { type CheckState, afterFailure, afterSuccess, isAlive, isKnown, unseen } from "./check-state.ts";

const failure = { now: "2026-01-01T00:00:10.000Z", cause: "refused", inGrace: false, maxConsecutiveFailures: 2, mesosLevel: false };

describe("a task's health", () => {
  it("is unknown before the first result, and failures in the grace period do not change that", () => {
    const after = afterFailure(unseen, { ...failure, inGrace: true });
    expect(after).toEqual({ state: unseen, counted: false, kill: false });
    expect(isKnown(after.state)).toBe(false);
  });

  it("is no longer protected by the grace period after a first success", () => {
    const well = afterSuccess(unseen, "2026-01-01T00:00:00.000Z");
    expect(isAlive(well)).toBe(true);
    const after = afterFailure(well, { ...failure, inGrace: true });
    expect(after.counted).toBe(true);
    expect(isAlive(after.state)).toBe(false);
    expect(isAlive(afterSuccess(after.state, failure.now))).toBe(true);
  });

  it.each([
    { most: 2, mesosLevel: false, kills: [false, false, true] },
    { most: 0, mesosLevel: false, kills: [false, false, false] },
    { most: 0, mesosLevel: true, kills: [true] },
  ])("kills one failure later than the number $most says (MESOS_: $mesosLevel)", ({ most, mesosLevel, kills }) => {
    let state: CheckState = unseen;
    const seen = kills.map(() => {
      const after = afterFailure(state, { ...failure, maxConsecutiveFailures: most, mesosLevel });
      state = after.state;
      return after.kill;
    });
    expect(seen).toEqual(kills);
  });
});
