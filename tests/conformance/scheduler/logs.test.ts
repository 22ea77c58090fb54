import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { containersSchema } from "#lib/adapters/mesos/utilisation-wire.ts";
import { usedBetween } from "#lib/adapters/mesos/utilisation.ts";

import { type World, createWorld, settled, until, webApp } from "./fixture.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(async () => {
  await world?.end();
});

async function read(path: string, query = "") {
  return world.call("GET", `/files/read?path=${encodeURIComponent(path)}${query}`);
}

/** All there is from `offset` on, asked for piece by piece as a client does. */
async function readAll(path: string, offset = 0): Promise<{ text: string; end: number }> {
  let text = "";
  for (;;) {
    const { body } = await read(path, `&offset=${offset}&length=50000`);
    if (body.data === undefined || body.data === "") return { text, end: offset };
    offset = (body.offset ?? 0) + Buffer.byteLength(body.data);
    text += body.data;
  }
}

/** The way a client of Mesos goes: agent by slaveId, then the executor's directory. */
async function directoryOf(taskId: string): Promise<string> {
  const info = await world.call("GET", "/v2/info");
  const slaves = await world.call("GET", "/slaves");
  expect(slaves.text).toContain(`"pid":"slave(1)@127.0.0.1:${world.scheduler.address.port}"`);
  const state = await world.call("GET", "/slave(1)/state");
  expect(state.json).toMatchObject({ frameworks: [{ id: info.body["frameworkId"] }] });
  const executor = new RegExp(`"id":"${taskId}".*?"directory":"([^"]+)"`).exec(state.text);
  return executor?.[1] ?? "";
}

describe("a task's log", () => {
  it("is read as from a Mesos agent, by bytes, also after the task has ended", async () => {
    const script = "console.log('grüße');console.error('oh');setTimeout(()=>process.exit(3),500)";
    await world.call(
      "PUT",
      "/v2/apps/l/one",
      webApp(world, "x", { args: ["-e", script], backoffSeconds: 3600, maxLaunchDelaySeconds: 3600 }),
    );
    const task = await until(
      "it failed",
      async () => (await world.call("GET", "/v2/apps/l/one")).body.app?.lastTaskFailure?.taskId ?? null,
    );
    const directory = await directoryOf(task);
    expect(await readAll(`${directory}/stdout`)).toEqual({ text: "grüße\n", end: 8 });
    expect(await readAll(`${directory}/stderr`)).toEqual({ text: "oh\n", end: 3 });
    expect((await read(`${directory}/stdout`)).json).toEqual({ data: "", offset: 8 });
    expect((await read(`${directory}/stdout`, "&offset=-1")).json).toEqual({ data: "", offset: 8 });
    expect((await read(`${directory}/stdout`, "&offset=100")).json).toEqual({ data: "", offset: 100 });
    expect((await read(`${directory}/stdout`, "&offset=0&length=2")).json).toEqual({ data: "gr", offset: 0 });
    expect((await read(`${directory}/stdout`, "&offset=0&length=0")).json).toEqual({ data: "", offset: 0 });
    expect((await read(`${directory}/stdout`, "&offset=x")).status).toBe(400);
    expect((await read(directory)).status).toBe(400);
    expect((await world.call("GET", "/files/read")).status).toBe(400);
    expect((await read(`${directory}/../x/stdout`)).status).toBe(404);
    expect((await read(`/etc/passwd`)).status).toBe(404);
    expect((await read(`/sandbox/${task.replace("l_one", "l_two")}/stdout`)).status).toBe(404);
    await world.call("DELETE", "/v2/apps/l/one");
  });

  it("goes on without a gap or a repetition when the scheduler is restarted", async () => {
    const script = "let n=0;setInterval(()=>{for(let i=0;i<20;i++)(n%7?console.log:console.error)('line '+n++)},20)";
    await world.call("PUT", "/v2/apps/l/gap", webApp(world, "x", { args: ["-e", script] }));
    const [task] = (await settled(world, "l/gap")).tasks;
    const directory = await directoryOf(task!.id);
    for (let round = 0; round < 2; round += 1) {
      const before = (await readAll(`${directory}/stdout`)).end;
      await until("more is there", async () => ((await read(`${directory}/stdout`)).body.offset! > before + 2_000 ? true : null));
      await world.restart();
      await until("it is followed again", async () => ((await read(`${directory}/stdout`)).body.offset! > before + 6_000 ? true : null));
    }
    const numbers = async (name: string) =>
      (await readAll(`${directory}/${name}`)).text
        .split("\n")
        .slice(0, -1)
        .map((line) => Number(line.slice(5)));
    const out = await numbers("stdout");
    const err = await numbers("stderr");
    expect(out).toEqual(Array.from({ length: (out.at(-1) ?? 0) + 1 }, (_, n) => n).filter((n) => n % 7 !== 0));
    expect(err).toEqual(Array.from({ length: (err.at(-1) ?? 0) + 1 }, (_, n) => n).filter((n) => n % 7 === 0));
    await world.call("DELETE", "/v2/apps/l/gap");
  });

  it("keeps its end when it is flooded, and offsets go on counting", async () => {
    // Less than the engine keeps in one file: it may lose lines when its own files turn over faster than they are read.
    const script = `const line="x".repeat(1000);let n=0;setInterval(()=>{for(let i=0;i<250&&n<9000;i++)console.log(String(n++).padStart(8,"0")+line)},40)`;
    await world.call("PUT", "/v2/apps/l/flood", webApp(world, "x", { args: ["-e", script] }));
    const [task] = (await settled(world, "l/flood")).tasks;
    const directory = await directoryOf(task!.id);
    const size = 9_000 * 1_009;
    await until("all was written", async () => ((await read(`${directory}/stdout`)).body.offset === size ? true : null));
    const first = await read(`${directory}/stdout`, "&offset=0&length=8");
    expect(first.body.offset).toBeGreaterThan(size - 9 * 1_048_576);
    const tail = await read(`${directory}/stdout`, `&offset=${size - 1_009}&length=8`);
    expect(tail.json).toEqual({ data: "00008999", offset: size - 1_009 });
    const middle = size - 1_009 * 2_000;
    expect((await read(`${directory}/stdout`, `&offset=${middle}&length=8`)).body.data).toBe("00007000");
    await world.restart();
    expect((await read(`${directory}/stdout`, `&offset=${middle}&length=8`)).body.data).toBe("00007000");
    await world.call("DELETE", "/v2/apps/l/flood");
  });

  it("does not fall silent for ever when the engine's stream does after a flood", async () => {
    const script = `const line="x".repeat(1000);let n=0;setInterval(()=>{for(let i=0;i<2000&&n<24000;i++)console.log(n++,line);if(n>=24000)console.log("tick",n++)},40)`;
    await world.call("PUT", "/v2/apps/l/silent", webApp(world, "x", { args: ["-e", script] }));
    const [task] = (await settled(world, "l/silent")).tasks;
    const path = `/sandbox/${task!.id}/stdout`;
    const ticks = until("it ticks", async () => {
      const { offset = 0 } = (await read(path)).body;
      const tail = (await read(path, `&offset=${Math.max(0, offset - 40)}`)).body.data ?? "";
      return Number(/tick (\d+)\n/.exec(tail)?.[1] ?? 0) > 24_300 ? true : null;
    });
    await expect(ticks).resolves.toBe(true);
    await world.call("DELETE", "/v2/apps/l/silent");
  });

  it("says why a task never started", async () => {
    const app = webApp(world, "x", { container: { docker: { image: `sha256:${"0".repeat(64)}` } }, networks: [{ mode: "host" }] });
    await world.call("PUT", "/v2/apps/l/never", app);
    const task = await until(
      "it failed",
      async () => (await world.call("GET", "/v2/apps/l/never")).body.app?.lastTaskFailure?.taskId ?? null,
    );
    const text = await until("it is written", async () => (await readAll(`/sandbox/${task}/stderr`)).text || null);
    expect(text).toContain("There is no image sha256:000");
  });
});

describe("usage", () => {
  it("is told in true numbers", async () => {
    await world.call("PUT", "/v2/apps/u/a", webApp(world, "x", { mem: 100, cpus: 0.5 }));
    await settled(world, "u/a");
    await world.call("DELETE", "/v2/apps/l/never");
    const metrics = await until("only one is left", async () => {
      const { json, text } = await world.call("GET", "/metrics/snapshot");
      return text.includes('"master/mem_used":100,') ? json : null;
    });
    expect(metrics).toMatchObject({ "master/cpus_used": 0.5, "master/tasks_running": 1, "master/elected": 1, "master/slaves_active": 1 });
    const summary = await world.call("GET", "/state-summary");
    expect(summary.json).toMatchObject({
      slaves: [{ used_resources: { cpus: 0.5, mem: 100 }, TASK_RUNNING: 1 }],
      frameworks: [{ TASK_RUNNING: 1 }],
    });
  });

  it("is measured: two looks at /containers tell what a busy task really takes, by the older path too", async () => {
    const busy = "const t=setInterval(()=>{const e=Date.now()+80;while(Date.now()<e);},100)";
    await world.call("PUT", "/v2/apps/u/busy", webApp(world, "x", { args: ["-e", busy], mem: 100, cpus: 0.1 }));
    const [task] = (await settled(world, "u/busy")).tasks;
    const look = async (path: string) => {
      const { status, json } = await world.call("GET", path);
      expect(status).toBe(200);
      return containersSchema.parse(json);
    };
    const before = await look("/containers");
    expect(before.map(({ executor_id: id }) => id)).toContain(task!.id);
    const used = await until("it has worked", async () => {
      const [use] = usedBetween(before, await look("/slave(1)/monitor/statistics")).filter(({ executorId }) => executorId === task!.id);
      return use ?? null;
    });
    expect(used.cpus).toBeGreaterThan(0.05);
    expect(used.cpus).toBeLessThan(2);
    expect(used.mem).toBeGreaterThan(1);
    expect(used.mem).toBeLessThan(100);
  });
});
