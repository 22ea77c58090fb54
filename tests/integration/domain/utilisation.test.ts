import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { toObservedApp } from "#lib/adapters/marathon/translate.ts";
import { appBodySchema } from "#lib/adapters/marathon/wire.ts";
import { type ClusterReader, createClusterReader } from "#lib/adapters/mesos/cluster.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { notePlacements } from "#lib/domain/utilisation/placements.ts";
import { getUtilisation } from "#lib/domain/utilisation/queries.ts";
import { recordUtilisation } from "#lib/domain/utilisation/record.ts";

import { type AnsweringServer, startAnswering } from "../marathon/answering-server.ts";
import { admin, openStage, person, type Stage } from "./stage.ts";

let stage: Stage;
let mesos: AnsweringServer;
let cluster: ClusterReader;
/** Seconds that the container of each task has worked, at the next look. */
let worked = 0;
let environments: { own: string; hidden: string };
let own: { id: string; slug: string };

const log = pino({ level: "silent" });

beforeAll(async () => {
  stage = await openStage();
  mesos = await startAnswering(({ url }) => {
    if (url === "/state-summary") return summary();
    if (url === "/metrics/snapshot") return { "master/elected": 1 };
    return url === "/containers" ? containers() : 404;
  });
  cluster = createClusterReader({ info: () => Promise.resolve({ mesosUrl: mesos.url }), marathonUrls: [], log });
  own = await stage.project();
  const other = await stage.project();
  environments = { own: await environmentOf(own), hidden: await environmentOf(other) };
});

afterAll(async () => {
  await cluster.close();
  await mesos.stop();
  await stage.end();
});

async function environmentOf(project: { id: string; slug: string }): Promise<string> {
  await stage.branch(project.id, "issue-1");
  return (await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" })).environmentId;
}

/** Two hosts, of which one is drained; somebody else than Berth runs something too. */
const summary = () => ({
  hostname: "m1",
  cluster: "north",
  slaves: [
    {
      id: "S0",
      hostname: "a",
      pid: `slave(1)@${new URL(mesos.url).host}`,
      resources: { cpus: 8, mem: 4096, disk: 1000 },
      used_resources: { cpus: 2, mem: 1024, disk: 0 },
      TASK_RUNNING: 3,
    },
    { id: "S1", hostname: "b", pid: "slave(1)@127.0.0.1:1", deactivated: true, resources: { cpus: 8, mem: 4096 } },
  ],
});

const containers = () =>
  ["own", "hidden", "foreign"].map((name) => ({
    container_id: name,
    executor_id: name,
    statistics: { timestamp: 100 + worked * 10, cpus_user_time_secs: worked, cpus_system_time_secs: 0, mem_rss_bytes: 64 * 1024 * 1024 },
  }));

const app = (environment: string, task: string) =>
  toObservedApp(
    appBodySchema.parse({
      id: `/berth/${task}`,
      instances: 1,
      cpus: 0.5,
      mem: 256,
      labels: { "berth.environment": environment },
      tasks: [{ id: task, host: "a", slaveId: "S0", state: "TASK_RUNNING" }],
    }),
  );

async function look(): Promise<void> {
  worked += 1;
  await recordUtilisation({ database: stage.worker, log }, null, cluster);
}

describe("how full the clusters are", () => {
  it("is kept with who takes it: promised at the first look, used at the second", async () => {
    notePlacements(null, [app(environments.own, "own"), app(environments.hidden, "hidden")]);
    await look();
    const [first] = await getUtilisation(stage.context, admin, "cpus");
    expect(first).toMatchObject({ total: { cpus: 8, mem: 4096 }, promised: { cpus: 2, mem: 1024 }, used: null, isStale: false });
    await look();
    const [page] = await getUtilisation(stage.context, admin, "cpus");
    expect(page).toMatchObject({
      used: { cpus: 0.3, mem: 192 },
      free: { cpus: 6, mem: 3072 },
      foreign: { promised: { cpus: 1, mem: 512 }, used: { cpus: 0.1, mem: 64 } },
      takers: { others: null },
      hosts: [
        { name: "a", active: true, used: { cpus: 0.3 } },
        { name: "b", active: false, takers: { projects: [] } },
      ],
    });
    expect(page?.takers.projects).toHaveLength(2);
    expect(page?.hosts[0]?.takers.projects[0]?.environments[0]).toMatchObject({
      promised: { cpus: 0.5, mem: 256 },
      used: { cpus: 0.1, mem: 64 },
    });
  });

  it("names no project and no stage that the one who looks may not view, and still adds up", async () => {
    const views = [
      { actor: person(own.id, { review: ["view"] }), projects: [own.slug], others: 1 },
      { actor: person(own.id, { production: ["view"] }), projects: [], others: 2 },
      { actor: { ...admin, limits: { verbs: null, projects: new Set([own.id]) } }, projects: [own.slug], others: 1 },
    ];
    for (const { actor, projects, others } of views) {
      const [page] = await getUtilisation(stage.context, actor, "name");
      for (const takers of [page?.takers, page?.hosts[0]?.takers]) {
        expect(takers?.projects.map(({ slug }) => slug)).toEqual(projects);
        expect(takers?.others).toMatchObject({ tasks: others, promised: { cpus: others * 0.5 }, used: { cpus: others * 0.1 } });
      }
      const shown = JSON.stringify(page);
      expect(shown.includes(environments.hidden)).toBe(false);
      expect(shown.includes(environments.own)).toBe(projects.length > 0);
    }
  });

  it("has one sample a minute and forgets those of yesterday", async () => {
    await stage.worker.clusterUseSample.create({
      data: { key: "settings", at: new Date(Date.now() - 25 * 3_600_000), cpus: 1, cpusPromised: 1, mem: 1, memPromised: 1 },
    });
    await stage.worker.clusterUseSample.deleteMany({ where: { at: { gt: new Date(Date.now() - 3_600_000) } } });
    await look();
    await look();
    const samples = await stage.worker.clusterUseSample.findMany({ where: { key: "settings" } });
    expect(samples.length).toBeLessThanOrEqual(2);
    expect(samples[0]).toMatchObject({ cpus: 8, cpusPromised: 2, cpusUsed: 0.3, mem: 4096, memUsed: 192 });
    const [page] = await getUtilisation(stage.context, admin, "cpus");
    expect(page?.history.at(-1)).toMatchObject({ cpus: { promised: 0.25, used: 0.0375 }, mem: { promised: 0.25 } });
  });

  it("says that a look is old instead of passing it off as now", async () => {
    await stage.worker.clusterUse.update({ where: { key: "settings" }, data: { readAt: new Date(Date.now() - 5 * 60_000) } });
    expect(await getUtilisation(stage.context, admin, "cpus")).toMatchObject([{ isStale: true }]);
  });

  it("stays as it was when the master does not answer", async () => {
    const away = createClusterReader({ info: () => Promise.resolve({ mesosUrl: null }), marathonUrls: [], log });
    await expect(recordUtilisation({ database: stage.worker, log }, null, away)).rejects.toMatchObject({ code: "unavailable" });
    await away.close();
    expect(await getUtilisation(stage.context, admin, "cpus")).toHaveLength(1);
  });
});
