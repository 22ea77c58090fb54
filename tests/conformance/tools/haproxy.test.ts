import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { until } from "../scheduler/fixture.ts";
import { type Target, createTarget, webApp } from "../target.ts";
import { findTools, freePort, haproxy } from "./programs.ts";

const tools = await findTools();
let target: Target;
let folder: string;
let port: number;
let program: ChildProcess | undefined;

beforeAll(async () => {
  if (!tools.haproxy) return;
  target = await createTarget();
  folder = await mkdtemp(join(tmpdir(), "berth-haproxy-"));
  port = await freePort();
});

afterAll(async () => {
  if (program !== undefined && program.exitCode === null) {
    const ended = new Promise((resolve) => program?.once("exit", resolve));
    program.kill("SIGTERM");
    await ended;
  }
  await target?.end();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** What a balancer's script makes of the list of apps: one server for each task whose health checks all passed. */
async function serversOf(app: string): Promise<string[]> {
  const { body } = await target.call("GET", `/v2/apps${app}`);
  return (body.app?.tasks ?? [])
    .filter((task) => task.state === "TASK_RUNNING" && /"alive":true/.test(JSON.stringify(task["healthCheckResults"] ?? [])))
    .map((task) => `${task.host}:${task.ports[0]}`)
    .toSorted();
}

async function writeConfig(servers: readonly string[]): Promise<void> {
  const lines = [
    "global",
    "  maxconn 500",
    "defaults",
    "  mode http",
    "  timeout connect 1s",
    "  timeout client 10s",
    "  timeout server 10s",
    "  option redispatch",
    "  retries 3",
    "  retry-on conn-failure empty-response",
    "  option http-server-close",
    `frontend front\n  bind 127.0.0.1:${port}\n  default_backend tasks`,
    "backend tasks\n  balance roundrobin",
    ...servers.map((server, index) => `  server task${index} ${server} check inter 200ms fall 1 rise 1`),
    "",
  ];
  await writeFile(join(folder, "haproxy.cfg"), lines.join("\n"));
}

interface Tally {
  readonly answers: Map<string, number>;
  readonly failures: string[];
}

/** Asks through the balancer, one request after the other, until told to stop. */
async function keepAsking(tally: Tally, running: () => boolean): Promise<void> {
  const agent = new Agent({ keepAlive: false });
  while (running()) {
    await new Promise<void>((resolve) => {
      const asked = request({ host: "127.0.0.1", port, path: "/", agent, timeout: 10_000 }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (text += chunk));
        answer.on("end", () => {
          if (answer.statusCode === 200) tally.answers.set(text, (tally.answers.get(text) ?? 0) + 1);
          else tally.failures.push(`status ${answer.statusCode}`);
          resolve();
        });
      });
      asked.on("error", (error) => {
        tally.failures.push(error.message);
        resolve();
      });
      asked.end();
    });
  }
}

/** Serves on for a moment after SIGTERM, as a service behind a balancer must. */
function drainingApp(text: string): Record<string, unknown> {
  const script = `const s=require("http").createServer((q,r)=>r.end(${JSON.stringify(text)})).listen(8080);process.on("SIGTERM",()=>setTimeout(()=>s.close(()=>process.exit(0)),1500))`;
  return webApp(target, text, {
    args: ["-e", script],
    instances: 3,
    taskKillGracePeriodSeconds: 8,
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0.34 },
  });
}

it.skipIf(!tools.haproxy)(
  "Debian's HAProxy in front of an app loses no request while it is upgraded task by task (skipped where the package is missing)",
  async () => {
    const app = `${target.home}/balanced`;
    await target.call("PUT", `/v2/apps${app}`, drainingApp("one"));
    await target.settled(app);
    let known = await serversOf(app);
    expect(known).toHaveLength(3);
    await writeConfig(known);
    program = spawn(haproxy, ["-W", "-db", "-f", join(folder, "haproxy.cfg")], { stdio: ["ignore", "ignore", "ignore"] });
    const tally: Tally = { answers: new Map(), failures: [] };
    await until("the balancer answers", () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        (answer) => (answer.ok ? true : null),
        () => null,
      ),
    );
    let asking = true;
    const clients = Promise.all(Array.from({ length: 4 }, () => keepAsking(tally, () => asking)));
    await target.call("PUT", `/v2/apps${app}`, drainingApp("two"));
    await until(
      "everything is upgraded",
      async () => {
        const servers = await serversOf(app);
        if (servers.length > 0 && servers.join() !== known.join()) {
          known = servers;
          await writeConfig(servers);
          program?.kill("SIGUSR2");
        }
        const { body } = await target.call("GET", `/v2/apps${app}`);
        return body.app?.deployments.length === 0 ? true : null;
      },
      60,
    );
    const before = tally.answers.get("two") ?? 0;
    await until("only the new ones answer", () => ((tally.answers.get("two") ?? 0) > before + 50 ? true : null));
    asking = false;
    await clients;
    expect(tally.failures).toEqual([]);
    expect(tally.answers.get("one")).toBeGreaterThan(50);
    expect(tally.answers.get("two")).toBeGreaterThan(50);
    console.log(
      `HAProxy passed ${[...tally.answers.values()].reduce((sum, count) => sum + count, 0)} requests during the upgrade, 0 failed`,
    );
  },
);
