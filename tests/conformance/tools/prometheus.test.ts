import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";

import { until } from "../scheduler/fixture.ts";
import { type Target, createTarget, webApp } from "../target.ts";
import { findTools, freePort, prometheus } from "./programs.ts";

const tools = await findTools();
const targetsSchema = z.object({
  data: z.object({ activeTargets: z.array(z.object({ discoveredLabels: z.record(z.string(), z.string()) })) }),
});

let target: Target;
let folder: string;
let program: ChildProcess | undefined;
let address: string;

beforeAll(async () => {
  if (!tools.prometheus) return;
  target = await createTarget();
  folder = await mkdtemp(join(tmpdir(), "berth-prometheus-"));
  address = `127.0.0.1:${await freePort()}`;
  const { username = "", password = "" } = target.credentials ?? {};
  const config = {
    global: { scrape_interval: "1h" },
    scrape_configs: [
      {
        job_name: "marathon",
        marathon_sd_configs: [{ servers: [target.url], refresh_interval: "1s", basic_auth: { username, password } }],
        relabel_configs: [{ source_labels: ["__meta_marathon_app"], regex: `${target.home}/.*`, action: "keep" }],
      },
    ],
  };
  // JSON is YAML too.
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config), { mode: 0o600 });
  program = spawn(
    prometheus,
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
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

async function discovered(): Promise<{ address: string; task: string }[] | null> {
  const answer = await fetch(`http://${address}/api/v1/targets?state=active`).catch(() => null);
  if (answer?.ok !== true) return null;
  return targetsSchema
    .parse(await answer.json())
    .data.activeTargets.map(({ discoveredLabels: labels }) => ({
      address: labels["__address__"] ?? "",
      task: labels["__meta_marathon_task"] ?? "",
    }))
    .toSorted((one, other) => one.task.localeCompare(other.task));
}

/** Waits until Prometheus knows exactly the tasks that run. */
async function agrees(step: string, app: string, count: number): Promise<void> {
  const tasks = (await target.call("GET", `/v2/apps${app}`)).body.app?.tasks ?? [];
  expect(tasks, step).toHaveLength(count);
  const wanted = tasks
    .map((task) => ({ address: `${task.host}:${task.ports[0]}`, task: task.id }))
    .toSorted((one, other) => one.task.localeCompare(other.task));
  await until(`Prometheus finds exactly the running tasks: ${step}`, async () =>
    JSON.stringify(await discovered()) === JSON.stringify(wanted) ? true : null,
  );
}

it.skipIf(!tools.prometheus)(
  "Debian's Prometheus finds exactly the running tasks at each step of an app's life (skipped where the package is missing)",
  async () => {
    const app = `${target.home}/watched`;
    await target.call("PUT", `/v2/apps${app}`, webApp(target, "one"));
    await target.settled(app);
    await agrees("created", app, 1);
    await target.call("PUT", `/v2/apps${app}`, { instances: 3 });
    await target.settled(app);
    await agrees("scaled out", app, 3);
    await target.call("PUT", `/v2/apps${app}`, { env: { A: "2" } });
    await target.settled(app);
    await agrees("updated", app, 3);
    await target.call("PUT", `/v2/apps${app}`, { instances: 1 });
    await target.settled(app);
    await agrees("scaled in", app, 1);
    await target.call("DELETE", `/v2/apps${app}`);
    await until("Prometheus finds nothing", async () => ((await discovered())?.length === 0 ? true : null));
    expect(await discovered()).toEqual([]);
  },
);
