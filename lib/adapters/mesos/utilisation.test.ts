import { describe, expect, it } from "vitest";

import { containersSchema, stateSummarySchema } from "./utilisation-wire.ts";
import { toClusterUse, toCounters, usedBetween } from "./utilisation.ts";

/** As src/master/readonly_handler.cpp writes it, shortened to two agents. */
const summary = {
  hostname: "master-1.example",
  cluster: "harbour",
  slaves: [
    {
      id: "20200101-1-S1",
      hostname: "agent-b.example",
      port: 5051,
      pid: "slave(1)@10.0.0.6:5051",
      registered_time: 1_577_836_800.25,
      resources: { disk: 1000, mem: 4096, gpus: 0, cpus: 4, ports: "[31000-32000]" },
      used_resources: { disk: 0, mem: 512, gpus: 0, cpus: 0.3, ports: "[31001-31001]" },
      offered_resources: { disk: 0, mem: 1024, gpus: 0, cpus: 1 },
      reserved_resources: {},
      unreserved_resources: { disk: 1000, mem: 4096, gpus: 0, cpus: 4 },
      attributes: { rack: "r1", slots: 4 },
      active: true,
      deactivated: false,
      version: "1.9.0",
      TASK_STAGING: 1,
      TASK_STARTING: 1,
      TASK_RUNNING: 3,
      TASK_FAILED: 9,
      framework_ids: ["f"],
    },
    {
      id: "20200101-1-S0",
      hostname: "agent-a.example",
      pid: "slave(1)@10.0.0.5:5051",
      resources: { cpus: 2, mem: 2048, disk: 10 },
      used_resources: { cpus: 0.1, mem: 128 },
      active: true,
    },
    { id: "20200101-1-S2", hostname: "agent-c.example", pid: "odd", resources: { cpus: 64, mem: 1, disk: 1 }, active: false },
  ],
  frameworks: [{ id: "f", name: "marathon", slave_ids: [] }],
};

describe("the use of a cluster", () => {
  it("is told per host: what there is, what is promised, and what could be promised at this moment", () => {
    const { hosts } = toClusterUse(stateSummarySchema.parse(summary), null);
    expect(hosts.map((host) => host.name)).toEqual(["agent-a.example", "agent-b.example", "agent-c.example"]);
    expect(hosts[1]).toEqual({
      id: "20200101-1-S1",
      name: "agent-b.example",
      address: "10.0.0.6:5051",
      active: true,
      total: { cpus: 4, mem: 4096, disk: 1000 },
      promised: { cpus: 0.3, mem: 512, disk: 0 },
      free: { cpus: 2.7, mem: 2560, disk: 1000 },
      tasks: { running: 3, starting: 2 },
      attributes: { rack: "r1", slots: "4" },
      since: new Date("2020-01-01T00:00:00.250Z"),
      version: "1.9.0",
    });
    expect(hosts[2]).toMatchObject({ active: false, address: null });
  });

  it("adds up what takes tasks, without the errors of adding tenths", () => {
    const use = toClusterUse(stateSummarySchema.parse(summary), null);
    expect(use).toMatchObject({
      name: "harbour",
      leader: "master-1.example",
      total: { cpus: 6, mem: 6144 },
      promised: { cpus: 0.4, mem: 640 },
      counters: null,
    });
  });

  it("has counters from the leader alone: every master answers, and the others count nothing", () => {
    const metrics = {
      "master/elected": 1,
      "master/slaves_active": 2,
      "master/tasks_running": 3,
      "master/tasks_lost": "odd",
      "master/uptime_secs": 12.5,
    };
    expect(toCounters(metrics)).toMatchObject({ hosts: { active: 2, inactive: 0 }, tasks: { running: 3, lost: 0 }, uptimeSeconds: 12.5 });
    expect(toCounters({ ...metrics, "master/elected": 0 })).toBeNull();
    expect(toCounters({})).toBeNull();
  });

  it("is not guessed where there is no list of agents", () => {
    expect(stateSummarySchema.safeParse({}).success).toBe(false);
    expect(stateSummarySchema.safeParse({ slaves: [{ hostname: "no id" }] }).success).toBe(false);
    expect(toClusterUse(stateSummarySchema.parse({ slaves: [{ id: "s", resources: "odd" }] }), null).total).toEqual({
      cpus: 0,
      mem: 0,
      disk: 0,
    });
  });
});

describe("what containers really use", () => {
  const at = (timestamp: number, user: number, system: number, more: object = {}) =>
    containersSchema.parse([
      {
        container_id: "c1",
        executor_id: "shop.1",
        framework_id: "f",
        source: "shop.1",
        statistics: {
          timestamp,
          cpus_limit: 1.1,
          cpus_user_time_secs: user,
          cpus_system_time_secs: system,
          mem_rss_bytes: 104_857_600,
          mem_limit_bytes: 1,
          ...more,
        },
      },
    ]);

  it("takes two looks: processor time by the time between them", () => {
    expect(usedBetween(at(100, 10, 2), at(110, 14, 3))).toEqual([{ executorId: "shop.1", cpus: 0.5, mem: 100 }]);
  });

  it("says nothing after one look, about a container begun anew, or when no time has passed", () => {
    expect(usedBetween([], at(110, 14, 3))).toEqual([]);
    expect(usedBetween(at(100, 14, 3), at(110, 1, 0))).toEqual([]);
    expect(usedBetween(at(100, 1, 1), at(100, 1, 1))).toEqual([]);
    expect(usedBetween(at(100, 1, 1), containersSchema.parse([{ container_id: "c1", executor_id: "x" }]))).toEqual([]);
  });
});
