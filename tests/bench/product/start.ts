import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { request } from "undici";
import { z } from "zod";

import { type Product, startBerth } from "#tests/support/product.ts";

import type { BenchContext, BenchResult } from "../result.ts";
import { timeRow } from "../statistics.ts";
import { until } from "./until.ts";

const readyMs = 60_000;

/** From the start of an installed and built Berth to ready, with embedded PostgreSQL on data that exist. */
export async function benchStart(context: BenchContext): Promise<BenchResult> {
  const { product } = await context.theatre.close();
  const [supervisor, command]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < context.runs; turn++) {
    context.stopping.throwIfAborted();
    context.say(`run ${turn + 1} of ${context.runs}`);
    supervisor.push(await startSupervisor(product));
    command.push(await startCommand(context, product));
  }
  return {
    name: "start",
    rows: [
      timeRow("npm start → dashboard answers", command, { goal: "≤ 3000" }),
      timeRow("supervisor → all parts ready", supervisor, { goal: "≤ 3000" }),
    ],
    notes: ["an engine runs already, as on most machines; the page cache is warm; the data are those of the sample with live environments"],
  };
}

/** As the supervisor itself tells: from the birth of its process until every part is ready. */
async function startSupervisor({ home }: Product): Promise<number> {
  const again = await startBerth({ home });
  const running = z.object({ readyAfterMilliseconds: z.number() }).parse(JSON.parse(await readFile(join(home, "running.json"), "utf8")));
  await again.stop();
  return running.readyAfterMilliseconds;
}

/** As a person sees it: `npm start`, until it says that it is ready and the dashboard answers. */
async function startCommand({ root }: BenchContext, { home, dashboardUrl }: Product): Promise<number> {
  const settings = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(join(home, "test-settings.json"), "utf8")));
  const begun = performance.now();
  const child = spawn("npm", ["start"], {
    cwd: root,
    env: { ...process.env, ...settings, NODE_ENV: "production" },
    detached: true,
    stdio: "ignore",
  });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  try {
    await until("npm start is ready", readyMs, async () => (await isRunning(home, begun)) && (await answers(dashboardUrl)));
    return performance.now() - begun;
  } finally {
    // npm passes no signal on: its whole group hears it, as on Ctrl-C.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
    await exited;
    await until(
      "the supervisor has let go of its home",
      readyMs,
      async () => (await readFile(join(home, "supervisor.lock")).catch(() => null)) === null,
    );
  }
}

/** running.json of this start, not of an earlier one. */
async function isRunning(home: string, begun: number): Promise<boolean> {
  const text = await readFile(join(home, "running.json"), "utf8").catch(() => "");
  const running = z.object({ pid: z.number() }).safeParse(text === "" ? undefined : JSON.parse(text));
  if (!running.success) return false;
  const status = await readFile(`/proc/${running.data.pid}/stat`, "utf8").catch(() => "");
  return status !== "" && performance.now() > begun;
}

async function answers(url: string): Promise<boolean> {
  return request(`${url}/sign-in`).then(
    async (answer) => {
      await answer.body.dump();
      return answer.statusCode === 200;
    },
    () => false,
  );
}
