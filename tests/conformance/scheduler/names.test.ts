import { afterAll, beforeAll, expect, it } from "vitest";

import { type World, createWorld, fetchTask, settled, until, webApp } from "./fixture.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world?.end();
});

/** Answers with its text, and ends what it has begun before it ends itself. */
const server = (text: string) =>
  `const s=require("http").createServer((q,r)=>r.end(${JSON.stringify(text)})).listen(8080);process.on("SIGTERM",()=>s.close(()=>process.exit(0)))`;

/** Asks for the URL in its path, or tells what its own steady questions to `watched` came to. */
const asker = (watched: string) => `
const http=require("http");const seen={};
const ask=(url)=>new Promise((done)=>{const q=http.get(url,{agent:false,timeout:1500},(r)=>{let t="";r.on("data",(d)=>t+=d);r.on("end",()=>done(t))});
q.on("timeout",()=>q.destroy(Object.assign(new Error(),{code:"TIMEOUT"})));q.on("error",(e)=>done(e.code||String(e)))});
(async()=>{for(;;){const a=await ask(${JSON.stringify(watched)});seen[a]=(seen[a]||0)+1;await new Promise((r)=>setTimeout(r,20))}})();
http.createServer(async(q,r)=>r.end(q.url==="/seen"?JSON.stringify(seen):await ask(decodeURIComponent(q.url.slice(1))))).listen(8080);
process.on("SIGTERM",()=>process.exit(0))`;

const shared = (script: string, share: string | null, more: Record<string, unknown> = {}) =>
  webApp(world, "", { args: ["-e", script], ...(share === null ? {} : { labels: { "berth.network": share } }), ...more });

const web = "http://web-n.marathon.mesos:8080/";

async function put(id: string, app: Record<string, unknown>) {
  expect((await world.call("PUT", `/v2/apps/${id}`, app)).status).toBeLessThan(300);
  return settled(world, id);
}

const askedBy = async (id: string, path: string) => (await fetchTask((await settled(world, id)).tasks[0]!, `/${path}`)).text;

it("tasks of one network find each other by their Mesos-DNS names, through a rolling upgrade; others neither find nor reach them", async () => {
  const health = [{ protocol: "MESOS_HTTP", path: "/", portIndex: 0, intervalSeconds: 1, gracePeriodSeconds: 30 }];
  const webOf = (text: string) => shared(server(text), "n", { instances: 2, healthChecks: health });
  await put("n/web", webOf("one"));
  await put("n/asker", shared(asker(web), "n"));
  await put("n/stranger", shared(asker(web), "somebody else"));
  await put("n/lonely", shared(asker(web), null));
  await until("it is found", async () => ((await askedBy("n/asker", encodeURIComponent(web))) === "one" ? true : null));

  const after = await put("n/web", webOf("two"));
  expect(after.tasks).toHaveLength(2);
  expect(await askedBy("n/asker", encodeURIComponent(web))).toBe("two");
  const seen = JSON.parse(await askedBy("n/asker", "seen"));
  expect(Object.keys(seen).toSorted()).toEqual(["one", "two"]);

  const { networks } = await containerOf(after.tasks[0]!.id);
  const [address] = Object.values(networks).map((network) => network.IPAddress);
  const direct = encodeURIComponent(`http://${address}:8080/`);
  expect(await askedBy("n/asker", direct)).toBe("two");
  // Where the machine's own name server does not answer either, the question ends by its time.
  for (const id of ["n/stranger", "n/lonely"]) {
    expect(await askedBy(id, encodeURIComponent(web))).toMatch(/ENOTFOUND|EAI_AGAIN|TIMEOUT/);
    expect(await askedBy(id, direct)).toMatch(/TIMEOUT|EHOSTUNREACH|ECONNREFUSED|ENETUNREACH/);
  }
});

it("a network takes none of the engine's few pools, goes when its last task has gone, and comes back with the next one", async () => {
  const find = (share: string) =>
    world.docker.listNetworks({ filters: { label: [`berth.scheduler=${world.instance}`, `berth.network=${share}`] } });
  const networks = async (share: string) => (await find(share)).length;
  await put("g/one", shared(server("one"), "short"));
  expect(await networks("short")).toBe(1);
  expect((await find("short"))[0]?.IPAM?.Config?.[0]?.Subnet).toMatch(/^198\.1[89]\.\d+\.\d+\/26$/);
  await world.call("DELETE", "/v2/apps/g/one");
  await until("it is gone", async () => ((await networks("short")) === 0 ? true : null));
  await put("g/one", shared(server("one"), "short"));
  expect(await networks("short")).toBe(1);
});

async function containerOf(taskId: string) {
  const { NetworkSettings } = await world.docker.getContainer(taskId).inspect();
  return { networks: NetworkSettings.Networks };
}
