import { expect, it } from "vitest";

import { incidentOf, newsOf, withLoss } from "./incident.ts";

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes));
const loss = { taskId: "t1", reason: "Exit code 137" };

it("a loss is told once, when the task was replaced", () => {
  const lost = withLoss(null, loss, at(0));
  expect(newsOf(lost)).toBeNull();
  const replaced = { ...lost, open: false };
  expect(newsOf(replaced)?.message).toBe("A task was lost and replaced: Exit code 137");
  expect(newsOf({ ...replaced, told: "replaced" })).toBeNull();
});

it("losses that follow each other are one incident, and a loop is told once", () => {
  const second = withLoss({ ...withLoss(null, loss, at(0)), told: "replaced" }, { ...loss, taskId: "t2" }, at(1));
  expect(second).toMatchObject({ count: 2, told: "replaced", firstAt: at(0).toISOString() });
  expect(newsOf({ ...second, open: false })).toBeNull();
  const third = withLoss(second, { ...loss, taskId: "t3" }, at(2));
  expect(newsOf(third)?.told).toBe("loop");
  const fourth = withLoss({ ...third, told: "loop" }, { ...loss, taskId: "t4" }, at(3));
  expect(newsOf(fourth)).toBeNull();
  expect(newsOf({ ...fourth, open: false })).toBeNull();
});

it("a loss after a quiet while is an incident of its own", () => {
  const first = { ...withLoss(null, loss, at(0)), told: "loop" as const, count: 7 };
  expect(withLoss(first, { ...loss, taskId: "t9" }, at(30))).toMatchObject({ count: 1, told: "nothing", firstAt: at(30).toISOString() });
});

it("what cannot be read is no incident", () => {
  expect(incidentOf(null)).toBeNull();
  expect(incidentOf({ taskId: 1 })).toBeNull();
  expect(incidentOf(withLoss(null, loss, at(0)))).toMatchObject(loss);
});
