import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { throttle } from "./throttle.ts";

describe("throttle", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("runs the first call at once", () => {
    const run = vi.fn();
    throttle(run, 300).call();
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("makes one call of many in the same interval, and never loses the last one", () => {
    const run = vi.fn();
    const throttled = throttle(run, 300);
    for (let n = 0; n < 50; n += 1) throttled.call();
    expect(run).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(300);
    expect(run).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(3000);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("never runs more often than once per interval under a steady stream", () => {
    const run = vi.fn();
    const throttled = throttle(run, 300);
    for (let ms = 0; ms < 3000; ms += 10) {
      throttled.call();
      vi.advanceTimersByTime(10);
    }
    expect(run.mock.calls.length).toBeLessThanOrEqual(11);
    expect(run.mock.calls.length).toBeGreaterThanOrEqual(10);
  });

  it("a stopped one forgets the call that waits", () => {
    const run = vi.fn();
    const throttled = throttle(run, 300);
    throttled.call();
    throttled.call();
    throttled.stop();
    vi.advanceTimersByTime(1000);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
