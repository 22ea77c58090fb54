import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";

import { type ClusterOptions, type ClusterReader, createClusterReader } from "#lib/adapters/mesos/cluster.ts";

import { type Answer, type AnsweringServer, type Asked, startAnswering } from "./answering-server.ts";

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.stop();
});

async function server(answer: (request: Asked) => Answer): Promise<AnsweringServer> {
  const started = await startAnswering(answer);
  opened.push(started);
  return started;
}

function reader(mesosUrl: string | null, options: Partial<ClusterOptions> = {}): ClusterReader {
  const made = createClusterReader({
    info: async () => ({ mesosUrl }),
    marathonUrls: [],
    log: pino({ level: "silent" }),
    timeoutMs: 2000,
    ...options,
  });
  opened.unshift({ stop: () => made.close() });
  return made;
}

const summary = { hostname: "m1", slaves: [{ id: "S0", hostname: "a", pid: "slave(1)@10.0.0.5:5051", resources: { cpus: 2, mem: 64 } }] };
const metrics = { "master/elected": 1, "master/slaves_active": 1 };
const mesos = ({ url }: Asked): Answer => (url.endsWith("/state-summary") ? summary : url.endsWith("/metrics/snapshot") ? metrics : 404);

describe("how full a cluster is", () => {
  it("is read from its master, also where that lives below a path", async () => {
    const master = await server(mesos);
    expect(await reader(`${master.url}/mesos/`).use()).toMatchObject({ total: { cpus: 2, mem: 64 }, counters: { hosts: { active: 1 } } });
    expect(master.asked.map(({ url }) => url).toSorted()).toEqual(["/mesos/metrics/snapshot", "/mesos/state-summary"]);
  });

  it("is asked of the leader a standby names without a scheme, with the credentials of Mesos and never those of Marathon", async () => {
    const leader = await server(mesos);
    const standby = await server(
      ({ url }) =>
        (_request, response) =>
          response.writeHead(307, { location: `//${new URL(leader.url).host}${url}` }).end(),
    );
    const marathon = { username: "marathon", password: "secret" };
    const use = await reader(standby.url, {
      marathonUrls: ["http://127.0.0.1:1"],
      credentials: marathon,
      mesosCredentials: { username: "m", password: "p" },
    }).use();
    expect(use.hosts).toHaveLength(1);
    expect(leader.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from("m:p").toString("base64")}`);
    await reader(standby.url, { marathonUrls: ["http://127.0.0.1:1"], token: "t" }).use();
    expect(leader.asked.at(-1)?.headers.authorization).toBeUndefined();
  });

  it("is known without the metrics when those cannot be read", async () => {
    const master = await server(({ url }) => (url === "/state-summary" ? summary : 503));
    expect(await reader(master.url).use()).toMatchObject({ counters: null, hosts: [{ name: "a" }] });
  });

  it("is unavailable, with the reason, when there is no leader, no answer or none that is understood", async () => {
    const leaderless = await server(() => 503);
    await expect(reader(leaderless.url).use()).rejects.toMatchObject({ code: "unavailable", detail: expect.stringContaining("503") });
    const circle = await server(() => (_request, response) => response.writeHead(307, { location: "/state-summary" }).end());
    await expect(reader(circle.url).use()).rejects.toMatchObject({ code: "unavailable", detail: expect.stringContaining("no leader") });
    const odd = await server(() => (_request, response) => response.end("<html>"));
    await expect(reader(odd.url).use()).rejects.toMatchObject({ code: "unavailable" });
    const other = await server(() => ({ slaves: "many" }));
    await expect(reader(other.url).use()).rejects.toMatchObject({ code: "unavailable" });
    await expect(reader(null).use()).rejects.toMatchObject({ code: "unavailable" });
  });

  it("is measured at the agents in two looks, by the old path where there is only that", async () => {
    let looks = 0;
    const agent = await server(({ url }) =>
      url === "/monitor/statistics"
        ? [
            {
              container_id: "c",
              executor_id: "web.1",
              statistics: { timestamp: ++looks * 10, cpus_user_time_secs: looks, cpus_system_time_secs: looks, mem_rss_bytes: 1_048_576 },
            },
          ]
        : 404,
    );
    const cluster = reader(agent.url);
    const address = new URL(agent.url).host;
    expect(await cluster.used(address)).toEqual([]);
    expect(await cluster.used(address)).toEqual([{ executorId: "web.1", cpus: 0.2, mem: 1 }]);
  });
});
