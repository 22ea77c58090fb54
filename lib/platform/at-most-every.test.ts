import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { atMostEvery } from "./at-most-every.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first ring is heard at once, a storm of them four times a second, and the last one too", () => {
  let heard = 0;
  const ring = atMostEvery(250, () => (heard += 1));
  ring();
  expect(heard).toBe(1);
  for (let at = 0; at < 1_000; at += 1) {
    ring();
    vi.advanceTimersByTime(1);
  }
  expect(heard).toBe(5);
  ring();
  expect(heard).toBe(5);
  vi.advanceTimersByTime(250);
  expect(heard).toBe(6);
  vi.advanceTimersByTime(10_000);
  expect(heard).toBe(6);
});
