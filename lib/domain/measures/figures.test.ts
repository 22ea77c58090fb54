import { expect, it } from "vitest";

import { type Delivery, deliveryMeasures, median, reviewMeasure } from "./figures.ts";

const hour = 3_600_000;
const at = (hours: number) => new Date(hours * hour);
const delivery = (number: number, data: Partial<Delivery>): Delivery => ({
  id: `d${number}`,
  environmentId: "e",
  environment: "production",
  number,
  status: "live",
  trigger: "promotion",
  commit: "c",
  endedAt: at(number * 10),
  builtAt: at(number * 10 - 4),
  rolledBackAt: null,
  ...data,
});
const valueOf = (deliveries: readonly Delivery[], name: string, days = 7) =>
  deliveryMeasures(deliveries, days).find((measure) => measure.name === name)?.value;

it("the median is the middle one, the mean of two middle ones, and nothing of nothing", () => {
  expect([median([]), median([3]), median([9, 1]), median([5, 1, 9])]).toEqual([null, 3, 5, 5]);
});

it("says nothing where nothing was delivered, instead of zero", () => {
  expect(deliveryMeasures([], 7).map(({ value }) => value)).toEqual([null, null, null, null]);
});

it("lead time runs from the commit's first build to live; going back is no delivery", () => {
  const deliveries = [delivery(1, {}), delivery(2, { trigger: "rollback", builtAt: at(0) })];
  expect(valueOf(deliveries, "lead_time")).toBe(4 * hour);
  expect(valueOf(deliveries, "frequency")).toBe(1);
  expect(valueOf(deliveries, "frequency", 14)).toBe(0.5);
});

it("what failed or was taken back counts as broken, and is restored by the next one that goes live in the same place", () => {
  const deliveries = [
    delivery(1, { status: "failed" }),
    delivery(2, { environmentId: "elsewhere" }),
    delivery(3, { rolledBackAt: at(31) }),
    delivery(4, { trigger: "auto_rollback", endedAt: at(32) }),
  ];
  expect(valueOf(deliveries, "failure_rate")).toBeCloseTo(2 / 3);
  const restore = deliveryMeasures(deliveries, 7).find(({ name }) => name === "time_to_restore");
  expect(restore?.rows.map(({ ms }) => ms)).toEqual([20 * hour, hour]);
});

it("a review that waits is a row without a length", () => {
  const review = { environment: "staging/v1", deploymentId: null, number: 1, servedAt: at(1) };
  const measure = reviewMeasure([
    { ...review, judgedAt: at(3) },
    { ...review, judgedAt: null },
  ]);
  expect(measure.value).toBe(2 * hour);
  expect(measure.rows.map(({ ms }) => ms)).toEqual([2 * hour, null]);
});
