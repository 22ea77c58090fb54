import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { createChronos } from "#lib/adapters/chronos/client.ts";
import { createMetronome } from "#lib/adapters/metronome/client.ts";
import { createJob } from "#lib/domain/jobs/commands/create.ts";
import { deleteJob } from "#lib/domain/jobs/commands/delete.ts";
import { pauseJob } from "#lib/domain/jobs/commands/pause.ts";
import { runJob } from "#lib/domain/jobs/commands/run.ts";
import { stopRun } from "#lib/domain/jobs/commands/stop-run.ts";
import { overChronos, overMetronome } from "#lib/domain/jobs/outside-scheduler.ts";
import { syncOutsideJobs } from "#lib/domain/jobs/outside-sync.ts";
import { createLog } from "#lib/platform/log.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type AnsweringServer, type Asked, startAnswering } from "../marathon/answering-server.ts";
import { type JobStage, openJobStage } from "./stage.ts";

let stage: JobStage;
let server: AnsweringServer | undefined;
beforeAll(async () => {
  stage = await openJobStage();
});
afterEach(async () => {
  await server?.stop();
  await stage.worker.job.deleteMany({});
});
afterAll(() => stage.end());

const log = createLog("worker", "fatal");
const asked = (method: string, path: RegExp) => (server?.asked ?? []).filter((each) => each.method === method && path.test(each.url));
const bodyOf = (request: Asked | undefined): unknown => JSON.parse(request?.body ?? "null");

/** A job as web makes it on an installation with this scheduler. */
async function outsideJob(scheduler: "chronos" | "metronome", fields: object = {}): Promise<string> {
  const environment = await stage.environment();
  const context = { ...stage.context, settings: { ...stage.context.settings, jobScheduler: scheduler } };
  const wish = {
    environment,
    name: "import",
    command: "node import.js",
    scheduleKind: "cron",
    schedule: "0 3 * * *",
    timeZone: "Europe/Berlin",
  };
  return (await createJob.run(context, admin, { ...wish, ...fields })).id;
}

/** The fields of the documentation's table, and no others. */
const chronosJob = z.strictObject({
  name: z.string().regex(/^[\w\s.#_-]+$/),
  description: z.string(),
  command: z.string(),
  shell: z.boolean(),
  schedule: z.string().regex(/^R\d*\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\/P[\dYMWDTHS]+$/),
  scheduleTimeZone: z.string(),
  epsilon: z.string().regex(/^PT\d+S$/),
  retries: z.number(),
  concurrent: z.boolean(),
  async: z.literal(false),
  disabled: z.boolean(),
  cpus: z.number(),
  mem: z.number(),
  disk: z.number(),
  container: z.strictObject({ type: z.literal("DOCKER"), image: z.string(), network: z.literal("BRIDGE"), forcePullImage: z.boolean() }),
  environmentVariables: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  fetch: z.array(z.strictObject({ uri: z.string(), extract: z.boolean(), executable: z.boolean(), cache: z.boolean() })),
});

describe("a cluster with Chronos", () => {
  /** The sample job of the documentation, under the name that was sent. */
  const sample = { epsilon: "PT30M", executor: "", retries: 2, owner: "bofh@your-company.com", async: false, disabled: false };
  let facts: object | null;

  async function open(prefix: string) {
    facts = { successCount: 0, errorCount: 0, lastSuccess: "", lastError: "" };
    server = await startAnswering((request) => {
      const path = new URL(request.url, "http://here").pathname;
      if (!path.startsWith(`${prefix}/scheduler`)) return 404;
      if (path === `${prefix}/scheduler/jobs/search`) {
        const name = new URL(request.url, "http://here").searchParams.get("name") ?? "";
        const other = {
          ...sample,
          name: `${name}-copy`,
          successCount: 190,
          errorCount: 3,
          lastSuccess: "2014-03-08T16:57:17.507Z",
          lastError: "",
        };
        return facts === null ? [other] : [other, { ...sample, name, ...facts }];
      }
      return 204;
    });
    stage.one = { ...stage.one, outsideJobs: overChronos(createChronos({ url: server.url, log })) };
  }

  it.each(["/v1", ""])("keeps the job there, tells it once, and runs, stops and removes it (paths below %s/scheduler)", async (prefix) => {
    await open(prefix);
    const id = await outsideJob("chronos", { retries: 2 });
    expect(await stage.worker.job.findUniqueOrThrow({ where: { id } })).toMatchObject({ executor: "chronos", nextDueAt: null });
    for (let look = 0; look < 3; look += 1) await syncOutsideJobs(stage.one);
    const [told, ...again] = asked("POST", /\/scheduler\/iso8601$/);
    expect(again).toEqual([]);
    expect(chronosJob.parse(bodyOf(told))).toMatchObject({
      name: expect.stringMatching(/^berth\.shop-[a-z0-9]+\.review\.issue-1\.import-[0-9a-f]{8}$/),
      command: "node import.js",
      scheduleTimeZone: "Europe/Berlin",
      epsilon: "PT300S",
      retries: 2,
      concurrent: false,
      disabled: false,
      environmentVariables: expect.arrayContaining([{ name: "GREETING", value: "quay-lantern" }]),
    });
    const { id: run } = await runJob.run(stage.context, admin, { job: id });
    for (let look = 0; look < 2; look += 1) await syncOutsideJobs(stage.one);
    expect(asked("PUT", /\/scheduler\/job\/berth\./)).toHaveLength(1);
    await stopRun.run(stage.context, admin, { run });
    await syncOutsideJobs(stage.one);
    expect(asked("DELETE", /\/scheduler\/task\/kill\/berth\./)).toHaveLength(1);
    expect(await stage.runs(id)).toMatchObject([{ status: "stopped", reason: "Stopped by Ada." }]);
    await pauseJob.run(stage.context, admin, { job: id });
    await syncOutsideJobs(stage.one);
    expect(bodyOf(asked("POST", /iso8601$/)[1])).toMatchObject({ disabled: true });
    await deleteJob.run(stage.context, admin, { job: id });
    for (let look = 0; look < 2; look += 1) await syncOutsideJobs(stage.one);
    expect(asked("DELETE", /\/scheduler\/job\/berth\./)).toHaveLength(1);
  });

  it("writes down what its counts tell of runs, each once, and tells of failures", async () => {
    await open("/v1");
    const id = await outsideJob("chronos");
    await syncOutsideJobs(stage.one);
    facts = { successCount: 1, errorCount: 0, lastSuccess: "2026-11-20T03:00:05.123Z", lastError: "" };
    for (let look = 0; look < 2; look += 1) await syncOutsideJobs(stage.one);
    facts = { successCount: 1, errorCount: 2, lastSuccess: "2026-11-20T03:00:05.123Z", lastError: "2026-11-22T03:00:01.000Z" };
    for (let look = 0; look < 2; look += 1) await syncOutsideJobs(stage.one);
    expect(await stage.runs(id)).toMatchObject([
      { number: 1, status: "succeeded", endedAt: new Date("2026-11-20T03:00:05.123Z") },
      { number: 2, status: "failed", reason: expect.stringContaining("2 runs since the last look") },
    ]);
    const { environmentId } = await stage.worker.job.findUniqueOrThrow({ where: { id } });
    expect(await stage.worker.event.count({ where: { environmentId, kind: "job.failed" } })).toBe(1);
  });

  it("says in words that it does not answer, and goes on when it does", async () => {
    await open("/v1");
    const id = await outsideJob("chronos");
    await server?.stop();
    await syncOutsideJobs(stage.one);
    expect((await stage.worker.job.findUniqueOrThrow({ where: { id } })).outsideProblem).toContain("Chronos");
    await syncOutsideJobs({ ...stage.one, outsideJobs: null });
    expect((await stage.worker.job.findUniqueOrThrow({ where: { id } })).outsideProblem).toContain("not set up with chronos any more");
    await open("/v1");
    await syncOutsideJobs(stage.one);
    expect((await stage.worker.job.findUniqueOrThrow({ where: { id } })).outsideProblem).toBeNull();
  });

  it("has what it cannot express refused in words before it is saved", async () => {
    await expect(outsideJob("chronos", { schedule: "0 3 * * 1-5" })).rejects.toMatchObject({
      code: "invalid_input",
      fields: { schedule: expect.stringContaining("Chronos repeats evenly") },
    });
    await expect(outsideJob("chronos", { concurrency: "replace" })).rejects.toMatchObject({ fields: { concurrency: expect.any(String) } });
  });
});

/** As its JSON schema says it, with the schedules of /v0 beside. */
const metronomeJob = z.strictObject({
  id: z.string().regex(/^([a-z0-9]+(-[a-z0-9]+)*)(\.([a-z0-9]+(-[a-z0-9]+)*))*$/),
  description: z.string(),
  labels: z.record(z.string(), z.string()),
  run: z.strictObject({
    cmd: z.string().min(1).optional(),
    args: z.array(z.string()).optional(),
    cpus: z.number().min(0.01),
    mem: z.number().min(32),
    disk: z.number().min(0),
    docker: z.strictObject({ image: z.string(), forcePullImage: z.boolean() }),
    env: z.record(z.string(), z.string()),
    artifacts: z.array(z.strictObject({ uri: z.string(), extract: z.boolean(), executable: z.boolean(), cache: z.boolean() })),
    maxLaunchDelay: z.number().int().min(1),
    restart: z.strictObject({ policy: z.enum(["NEVER", "ON_FAILURE"]) }),
  }),
  schedules: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9][a-z0-9-]*[a-z0-9]+$/),
      cron: z.string(),
      timezone: z.string(),
      concurrencyPolicy: z.enum(["ALLOW", "FORBID"]),
      enabled: z.boolean(),
      startingDeadlineSeconds: z.number().int().min(1),
    }),
  ),
});

describe("a cluster with Metronome", () => {
  let known: boolean;
  let answer: { activeRuns: object[]; history: { successfulFinishedRuns: object[]; failedFinishedRuns: object[] } };

  async function open() {
    known = false;
    answer = { activeRuns: [], history: { successfulFinishedRuns: [], failedFinishedRuns: [] } };
    server = await startAnswering((request) => {
      const path = new URL(request.url, "http://here").pathname;
      if (path.startsWith("/v0/scheduled-jobs/")) return known ? {} : 404;
      if (path === "/v0/scheduled-jobs") {
        known = true;
        return {};
      }
      if (/^\/v1\/jobs\/[^/]+\/runs$/.test(path)) {
        const run = {
          completedAt: null,
          createdAt: "2026-07-15T13:02:59.735+0000",
          id: "20260715130259A34HX",
          jobId: "prod",
          status: "STARTING",
          tasks: [],
        };
        answer.activeRuns = [run];
        return run;
      }
      return /^\/v1\/jobs\/[^/]+$/.test(path) && request.method === "GET" ? answer : {};
    });
    stage.one = { ...stage.one, outsideJobs: overMetronome(createMetronome({ url: server.url, log })) };
  }

  it("keeps the job with its schedule there, starts it by hand, and reads its runs as they go", async () => {
    await open();
    const id = await outsideJob("metronome", { startKind: "arguments", arguments: ["import.js", "--all"], retries: 1 });
    for (let look = 0; look < 2; look += 1) await syncOutsideJobs(stage.one);
    const [told, ...again] = asked("POST", /^\/v0\/scheduled-jobs$/);
    expect(again).toEqual([]);
    expect(metronomeJob.parse(bodyOf(told))).toMatchObject({
      run: { args: ["import.js", "--all"], restart: { policy: "ON_FAILURE" }, env: { GREETING: "quay-lantern" } },
      schedules: [
        { cron: "0 3 * * *", timezone: "Europe/Berlin", concurrencyPolicy: "FORBID", enabled: true, startingDeadlineSeconds: 300 },
      ],
    });
    await runJob.run(stage.context, admin, { job: id });
    for (let look = 0; look < 2; look += 1) await syncOutsideJobs(stage.one);
    expect(asked("POST", /\/v1\/jobs\/[^/]+\/runs$/)).toHaveLength(1);
    expect(await stage.runs(id)).toMatchObject([{ number: 1, outsideId: "20260715130259A34HX", trigger: "hand" }]);
    answer.activeRuns = [];
    answer.history.failedFinishedRuns = [
      { id: "20260715130259A34HX", createdAt: "2026-07-15T13:02:59.735+0000", finishedAt: "2026-07-15T13:05:00.000+0000", tasks: [] },
    ];
    answer.history.successfulFinishedRuns = [
      { id: "20260716030000XYZab", createdAt: "2026-07-16T03:00:00.000+0000", finishedAt: "2026-07-16T03:00:09.000+0000", tasks: [] },
    ];
    for (let look = 0; look < 2; look += 1) await syncOutsideJobs(stage.one);
    expect(await stage.runs(id)).toMatchObject([
      { number: 1, status: "failed", endedAt: new Date("2026-07-15T13:05:00Z") },
      { number: 2, status: "succeeded", trigger: "schedule", dueAt: new Date("2026-07-16T03:00:00Z") },
    ]);
  });

  it("stops a run by its own name for it, and takes the job away with what runs", async () => {
    await open();
    const id = await outsideJob("metronome", { scheduleKind: "none", schedule: null });
    await syncOutsideJobs(stage.one);
    expect(bodyOf(asked("POST", /^\/v0/)[0])).toMatchObject({ schedules: [] });
    const { id: run } = await runJob.run(stage.context, admin, { job: id });
    await syncOutsideJobs(stage.one);
    await stopRun.run(stage.context, admin, { run });
    await syncOutsideJobs(stage.one);
    expect(asked("POST", /\/runs\/20260715130259A34HX\/actions\/stop$/)).toHaveLength(1);
    await deleteJob.run(stage.context, admin, { job: id });
    await syncOutsideJobs(stage.one);
    expect(asked("DELETE", /\/v1\/jobs\/berth\.[^/]+\?stopCurrentJobRuns=true$/)).toHaveLength(1);
  });
});
