import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { type JsonCallerOptions, createJsonCaller } from "#lib/platform/outbound-http/json-caller.ts";

/** A job as Metronome is told. */
export interface MetronomeJob {
  /** Names of lower-case letters, digits and dashes, with dots between them. */
  readonly id: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly start:
    | { readonly kind: "command"; readonly command: string }
    | { readonly kind: "arguments"; readonly arguments: readonly string[] };
  readonly cpus: number;
  /** MiB */
  readonly mem: number;
  readonly image: string;
  readonly forcePull: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly artifacts: readonly { readonly uri: string; readonly extract: boolean; readonly executable: boolean; readonly cache: boolean }[];
  /** Seconds until a run must be running. */
  readonly maxLaunchDelay: number;
  readonly retryOnFailure: boolean;
  /** Null: it only runs when it is started. */
  readonly schedule: {
    readonly cron: string;
    readonly timeZone: string;
    readonly concurrency: "ALLOW" | "FORBID";
    readonly enabled: boolean;
    readonly startingDeadlineSeconds: number;
  } | null;
}

export interface MetronomeRun {
  readonly id: string;
  readonly state: "waiting" | "running" | "succeeded" | "failed";
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

export interface MetronomeClient {
  /** Makes or replaces the job with its schedule. Throws `unavailable`, `job_scheduler_refused`. */
  put(job: MetronomeJob): Promise<void>;
  /** What runs and what it remembers of what ran; null: it has no such job. */
  runs(id: string): Promise<MetronomeRun[] | null>;
  /** Starts it now and gives the run's id. Throws `not_found`. */
  run(id: string): Promise<string>;
  stop(id: string, runId: string): Promise<void>;
  /** With everything that runs of it. Gone is fine. */
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Its times have an offset without a colon. */
const moment = z
  .string()
  .transform((text) => new Date(text.replace(/([+-]\d{2})(\d{2})$/, "$1:$2")))
  .refine((date) => !Number.isNaN(date.getTime()));
const activeSchema = z.object({ id: z.string(), status: z.string(), createdAt: moment });
const finishedSchema = z.object({ id: z.string(), createdAt: moment, finishedAt: moment });
const jobSchema = z.object({
  activeRuns: z.array(activeSchema).nullish(),
  history: z
    .object({ successfulFinishedRuns: z.array(finishedSchema).nullish(), failedFinishedRuns: z.array(finishedSchema).nullish() })
    .nullish(),
});

const scheduleId = "berth";

/** A client for Metronome, as DC/OS has it. */
export function createMetronome(options: Omit<JsonCallerOptions, "name">): MetronomeClient {
  const caller = createJsonCaller({ ...options, name: "Metronome" });
  const pathOf = (id: string) => `/v1/jobs/${encodeURIComponent(id)}`;
  return {
    async put(job) {
      const wire = toWire(job);
      const put = await caller.call("PUT", `/v0/scheduled-jobs/${encodeURIComponent(job.id)}`, wire);
      if (put.status !== 404) return refuse(put.status);
      const made = await caller.call("POST", "/v0/scheduled-jobs", wire);
      refuse(made.status);
    },
    async runs(id) {
      const { status, json } = await caller.call("GET", `${pathOf(id)}?embed=activeRuns&embed=history`);
      if (status === 404) return null;
      const job = jobSchema.safeParse(json);
      if (!job.success) throw new BerthError("unavailable", { detail: "What Metronome answers is no job." });
      return runsOf(job.data);
    },
    async run(id) {
      const { status, json } = await caller.call("POST", `${pathOf(id)}/runs`);
      if (status === 404) throw new BerthError("not_found");
      const run = z.object({ id: z.string() }).safeParse(json);
      if (!run.success) throw new BerthError("unavailable", { detail: "Metronome does not say which run it began." });
      return run.data.id;
    },
    stop: async (id, runId) => void (await caller.call("POST", `${pathOf(id)}/runs/${encodeURIComponent(runId)}/actions/stop`)),
    remove: async (id) => void (await caller.call("DELETE", `${pathOf(id)}?stopCurrentJobRuns=true`)),
    close: () => caller.close(),
  };
}

function refuse(status: number): void {
  if (status >= 300) throw new BerthError("job_scheduler_refused", { detail: `Metronome answered ${status}.` });
}

function runsOf(job: z.output<typeof jobSchema>): MetronomeRun[] {
  const ended = (state: "succeeded" | "failed") => (run: z.output<typeof finishedSchema>) => ({
    id: run.id,
    state,
    createdAt: run.createdAt,
    endedAt: run.finishedAt,
  });
  return [
    ...(job.activeRuns ?? []).map((run) => ({
      id: run.id,
      state: run.status === "ACTIVE" ? ("running" as const) : ("waiting" as const),
      createdAt: run.createdAt,
      endedAt: null,
    })),
    ...(job.history?.successfulFinishedRuns ?? []).map(ended("succeeded")),
    ...(job.history?.failedFinishedRuns ?? []).map(ended("failed")),
  ];
}

function toWire(job: MetronomeJob) {
  const { schedule } = job;
  return {
    id: job.id,
    description: job.description,
    labels: job.labels,
    run: {
      ...(job.start.kind === "command" ? { cmd: job.start.command } : { args: [...job.start.arguments] }),
      cpus: job.cpus,
      mem: job.mem,
      disk: 0,
      docker: { image: job.image, forcePullImage: job.forcePull },
      env: job.env,
      artifacts: [...job.artifacts],
      maxLaunchDelay: job.maxLaunchDelay,
      restart: { policy: job.retryOnFailure ? "ON_FAILURE" : "NEVER" },
    },
    schedules:
      schedule === null
        ? []
        : [
            {
              id: scheduleId,
              cron: schedule.cron,
              timezone: schedule.timeZone,
              concurrencyPolicy: schedule.concurrency,
              enabled: schedule.enabled,
              startingDeadlineSeconds: schedule.startingDeadlineSeconds,
            },
          ],
  };
}
