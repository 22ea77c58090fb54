import { describe, expect, it } from "vitest";

import { type TaskFact, beginRestart, restartMoves, restartNumbers, scaleMoves } from "./arithmetic.ts";

function tasks(count: number, facts: Partial<TaskFact> = {}): TaskFact[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${facts.current === true ? "new" : "old"}-${index}`,
    current: false,
    killing: false,
    running: true,
    ready: true,
    stagedAt: `2026-01-01T00:00:0${index}.000Z`,
    ...facts,
  }));
}

function app(instances: number, minimumHealthCapacity: number, maximumOverCapacity: number) {
  return { instances, upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity } };
}

describe("a rolling restart", () => {
  it.each([
    { n: 1, min: 1, over: 1, healthy: 1, kill: 0, launch: 1 },
    { n: 1, min: 1, over: 0, healthy: 1, kill: 0, launch: 1 },
    { n: 1, min: 0.5, over: 0, healthy: 1, kill: 0, launch: 1 },
    { n: 1, min: 0, over: 0, healthy: 1, kill: 1, launch: 0 },
    { n: 4, min: 1, over: 1, healthy: 4, kill: 0, launch: 4 },
    { n: 4, min: 1, over: 0, healthy: 4, kill: 0, launch: 1 },
    { n: 4, min: 0.5, over: 0, healthy: 4, kill: 2, launch: 0 },
    { n: 10, min: 0.8, over: 0.2, healthy: 10, kill: 2, launch: 2 },
    { n: 4, min: 1, over: 0, healthy: 2, kill: 0, launch: 0 },
  ])(
    "of $n with capacity $min/$over and $healthy healthy kills $kill first and starts $launch",
    ({ n, min, over, healthy, kill, launch }) => {
      const old = tasks(n).map((task, index) => ({ ...task, ready: index < healthy }));
      const moves = restartMoves(old, n, beginRestart(old, app(n, min, over)), "YOUNGEST_FIRST");
      expect(moves).toMatchObject({ launch, done: false });
      expect(moves.kill).toHaveLength(kill);
    },
  );

  it("kills one more old task for each new one that is ready, unhealthy ones first", () => {
    const old = tasks(4).map((task, index) => ({ ...task, ready: index !== 1 }));
    const strategy = { initialOld: 4, initialReady: 0, killNow: 0, maxCapacity: 8 };
    const moves = restartMoves([...old, ...tasks(1, { current: true })], 4, strategy, "YOUNGEST_FIRST");
    expect(moves.kill).toEqual(["old-1"]);
    expect(moves.launch).toBe(3);
  });

  it("counts an old task until it is really gone", () => {
    const strategy = { initialOld: 4, initialReady: 0, killNow: 2, maxCapacity: 4 };
    const dying = [...tasks(2), ...tasks(2, { killing: true })];
    expect(restartMoves(dying, 4, strategy, "YOUNGEST_FIRST").launch).toBe(0);
    expect(restartMoves(tasks(2), 4, strategy, "YOUNGEST_FIRST").launch).toBe(2);
  });

  it("waits for a new task that died, and is done only when all are ready and no old one is left", () => {
    const strategy = { initialOld: 2, initialReady: 0, killNow: 0, maxCapacity: 4 };
    expect(restartMoves(tasks(1, { current: true }), 2, strategy, "YOUNGEST_FIRST")).toEqual({ kill: [], launch: 1, done: false });
    expect(restartMoves([...tasks(2, { current: true }), ...tasks(1, { killing: true })], 2, strategy, "YOUNGEST_FIRST").done).toBe(false);
    expect(restartMoves(tasks(2, { current: true }), 2, strategy, "YOUNGEST_FIRST")).toEqual({ kill: [], launch: 0, done: true });
  });

  it("taken up again with some new tasks ready already does not count them twice", () => {
    const strategy = beginRestart([...tasks(4), ...tasks(2, { current: true })], app(4, 1, 1));
    expect(restartMoves([...tasks(4), ...tasks(2, { current: true })], 4, strategy, "YOUNGEST_FIRST").kill).toHaveLength(2);
  });

  it("kills what is too many when fewer are wanted than there are", () => {
    expect(restartNumbers({ instances: 2, minimumHealthCapacity: 1, maximumOverCapacity: 1, healthy: 4, all: 4 })).toEqual({
      killNow: 2,
      maxCapacity: 4,
    });
  });

  it("does not lose a place to binary fractions", () => {
    expect(restartNumbers({ instances: 10, minimumHealthCapacity: 1, maximumOverCapacity: 0.1, healthy: 10, all: 10 }).maxCapacity).toBe(
      11,
    );
    expect(restartNumbers({ instances: 10, minimumHealthCapacity: 0.7, maximumOverCapacity: 0, healthy: 10, all: 10 }).killNow).toBe(3);
  });
});

describe("scaling", () => {
  const question = { since: "2026-01-01T00:00:00.000Z", named: [], selection: "YOUNGEST_FIRST" } as const;

  it("kills named tasks first, then staging ones, then the youngest", () => {
    const all = tasks(4).map((task, index) => ({ ...task, running: index !== 1, current: true, id: `t${index}` }));
    expect(scaleMoves(all, { ...question, instances: 1, named: ["t0"] }).kill).toEqual(["t0", "t1", "t3"]);
    expect(scaleMoves(all, { ...question, instances: 2, selection: "OLDEST_FIRST" }).kill).toEqual(["t1", "t0"]);
  });

  it("starts missing tasks only when the surplus is gone", () => {
    expect(scaleMoves(tasks(3, { killing: true }), { ...question, instances: 3 }).launch).toBe(0);
    expect(scaleMoves([], { ...question, instances: 3 }).launch).toBe(3);
  });

  it("is not held up by a task that was unhealthy before it began", () => {
    const sick = tasks(1, { ready: false, stagedAt: "2025-12-31T00:00:00.000Z" });
    const started = { id: "b", current: true, killing: false, running: true, ready: false, stagedAt: "2026-01-02T00:00:00.000Z" };
    expect(scaleMoves([...sick, started], { ...question, instances: 2 }).done).toBe(false);
    expect(scaleMoves([...sick, { ...started, ready: true }], { ...question, instances: 2 }).done).toBe(true);
  });
});
