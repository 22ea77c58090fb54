import { expect, test } from "vitest";

import type { ObservedApp } from "#lib/adapters/marathon/client.ts";

import { placementsOf, takersOf } from "./placements.ts";
import { restOf, sumOf, usedOf, usedRest } from "./snapshot.ts";

const hosts = [
  { id: "S0", name: "a" },
  { id: "S1", name: "b" },
];
const none = { deployments: [], lastFailure: null, staged: 0, running: 0, healthy: 0, unhealthy: 0, image: null };

function app(environmentId: string | null, tasks: Partial<ObservedApp["tasks"][number]>[]): ObservedApp {
  return {
    ...none,
    id: "/a",
    version: "v",
    configVersion: "v",
    instances: 1,
    cpus: 0.1,
    mem: 64,
    disk: 0,
    labels: environmentId === null ? {} : { "berth.environment": environmentId },
    tasks: tasks.map((task, index) => ({
      id: `${environmentId}-${index}`,
      host: "a",
      ports: [],
      state: "running",
      rawState: "TASK_RUNNING",
      healthy: true,
      version: "v",
      startedAt: null,
      agentId: "S0",
      ...task,
    })),
  };
}

test("what is taken is summed by host and environment, with what its tasks really use", () => {
  const placements = placementsOf([app("e1", [{}, {}, {}, { agentId: "S1" }]), app("e2", [{ agentId: null, host: "b" }])]);
  const used = [
    { executorId: "e1-0", cpus: 0.05, mem: 10 },
    { executorId: "e1-1", cpus: 0.01, mem: 20 },
    { executorId: "somebody else's", cpus: 3, mem: 4000 },
  ];
  expect(takersOf(placements, hosts, used)).toEqual([
    { hostId: "S0", environmentId: "e1", tasks: 3, promised: { cpus: 0.3, mem: 192, disk: 0 }, used: { cpus: 0.06, mem: 30 } },
    { hostId: "S1", environmentId: "e1", tasks: 1, promised: { cpus: 0.1, mem: 64, disk: 0 }, used: null },
    { hostId: "S1", environmentId: "e2", tasks: 1, promised: { cpus: 0.1, mem: 64, disk: 0 }, used: null },
  ]);
});

test("a task that has ended, or whose host is gone, takes nothing; one that only begins does", () => {
  const placements = placementsOf([app("e1", [{ state: "ended" }, { state: "staging" }, { agentId: "S9", host: "gone" }])]);
  expect(takersOf(placements, hosts, [])).toMatchObject([{ hostId: "S0", tasks: 1 }]);
});

test("sums are not off by what computers do to tenths, and a rest is never less than nothing", () => {
  const tenth = { cpus: 0.1, mem: 1, disk: 0 };
  expect(sumOf([tenth, tenth, tenth]).cpus).toBe(0.3);
  expect(restOf({ cpus: 1, mem: 10, disk: 0 }, { cpus: 1.2, mem: 4, disk: 0 })).toEqual({ cpus: 0, mem: 6, disk: 0 });
});

test("what nobody measured is not known, which is not the same as nothing", () => {
  expect(usedOf([null, null])).toBeNull();
  expect(usedOf([null, { cpus: 0, mem: 1 }])).toEqual({ cpus: 0, mem: 1 });
  expect(usedRest(null, { cpus: 1, mem: 1 })).toBeNull();
  expect(usedRest({ cpus: 1, mem: 5 }, null)).toEqual({ cpus: 1, mem: 5 });
});
