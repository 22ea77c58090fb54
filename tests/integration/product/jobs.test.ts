import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { type Bench, openBench } from "#tests/faults/support/bench.ts";
import { until } from "#tests/faults/support/until.ts";

let bench: Bench;
let environmentId: string;
beforeAll(async () => {
  bench = await openBench();
  environmentId = (await bench.liveProject("jobs", "it works")).environment.id;
});
afterAll(() => bench?.close());

const idSchema = z.object({ id: z.string() });
const runSchema = z.object({
  id: z.string(),
  number: z.number(),
  status: z.string(),
  exitCode: z.number().nullable(),
  reason: z.string().nullable(),
  attempt: z.number(),
  trigger: z.string(),
  release: z.number().nullable(),
});

/** A job that runs this script with the image's own node. */
async function makeJob(name: string, script: string, fields: object = {}): Promise<string> {
  const body = { name, startKind: "arguments", arguments: ["-e", script], cpus: 0.05, mem: 64, ...fields };
  const answer = await bench.rest.ask("POST", `/environments/${environmentId}/jobs`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return idSchema.parse(answer.body).id;
}

async function runNow(job: string): Promise<string> {
  const answer = await bench.rest.ask("POST", `/jobs/${job}/runs`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return idSchema.parse(answer.body).id;
}

const runOf = async (id: string) => runSchema.parse((await bench.rest.ask("GET", `/job-runs/${id}`)).body);
const logOf = async (id: string) => String((await bench.rest.ask("GET", `/job-runs/${id}/log`)).body);
const ended = (id: string) =>
  until(`run ${id} has ended`, 60_000, async () => {
    const run = await runOf(id);
    return run.status !== "waiting" && run.status !== "running" && run;
  });

test.concurrent("a run succeeds with its output, in the image and with the variables of what is live", async () => {
  const job = await makeJob("report", "console.log('commit', process.env.BERTH_COMMIT, process.env.BERTH_JOB, process.env.BERTH_RUN)");
  const run = await runNow(job);
  expect(await ended(run)).toMatchObject({ status: "succeeded", exitCode: 0, release: 1, trigger: "hand" });
  expect(await logOf(run)).toMatch(/commit [0-9a-f]{40} report 1\n/);
});

test.concurrent("a run fails with its exit code, what it wrote to the very end, and one attempt more where that was asked for", async () => {
  const job = await makeJob("broken", "console.error('no database'); process.stdout.write('the last word'); process.exit(3)", {
    retries: 1,
    retryPauseSeconds: 0,
  });
  const run = await runNow(job);
  expect(await ended(run)).toMatchObject({ status: "failed", exitCode: 3, attempt: 2, reason: "It ended with exit code 3." });
  const text = await logOf(run);
  expect(text.match(/no database/g)).toHaveLength(2);
  expect(text.match(/the last word/g)).toHaveLength(2);
});

test.concurrent("a run is stopped, and one that takes too long is ended; the log of both is there while they run", async () => {
  const script = "console.log('working'); setInterval(() => undefined, 1000)";
  const [stopped, late] = [await makeJob("endless", script), await makeJob("late", script, { timeLimitSeconds: 3 })];
  const [one, other] = [await runNow(stopped), await runNow(late)];
  await until("it writes", 30_000, async () => (await logOf(one)).includes("working"));
  expect(await runOf(one)).toMatchObject({ status: "running" });
  expect((await bench.rest.ask("POST", `/job-runs/${one}/stop`)).status).toBe(202);
  expect(await ended(one)).toMatchObject({ status: "stopped" });
  expect(await ended(other)).toMatchObject({ status: "timed_out" });
});

test.concurrent("a job that cannot be started says why", async () => {
  const job = await makeJob("shell", "", { startKind: "command", command: "echo hello" });
  const run = await runNow(job);
  expect(await ended(run)).toMatchObject({ status: "failed", exitCode: 127, reason: expect.stringContaining("no /bin/sh") });
});

test.concurrent("a schedule that is due begins by itself", async () => {
  const job = await makeJob("at-once", "console.log('by itself')", { scheduleKind: "repeat", schedule: "R1//PT1H" });
  const runs = z.object({ runs: z.array(runSchema) });
  const [first] = await until("it ran", 60_000, async () => {
    const found = runs.parse((await bench.rest.ask("GET", `/jobs/${job}/runs`)).body).runs;
    return found[0]?.status === "succeeded" && found;
  });
  expect(first).toMatchObject({ number: 1, trigger: "schedule" });
  expect(await logOf(first?.id ?? "")).toContain("by itself");
});
