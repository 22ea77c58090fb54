import type { ChronosClient } from "#lib/adapters/chronos/client.ts";
import type { AppDefinition } from "#lib/adapters/marathon/definition.ts";
import type { MetronomeClient } from "#lib/adapters/metronome/client.ts";
import { BerthError } from "#lib/core/errors.ts";

import { chronosSchedule, metronomeCron } from "./gates-of-schedulers.ts";
import type { Schedule } from "./schema-of-schedules.ts";

/** A job with all that another scheduler has to know. */
export interface OutsideJob {
  readonly name: string;
  readonly description: string;
  readonly schedule: Schedule;
  readonly timeZone: string;
  readonly enabled: boolean;
  readonly concurrency: "forbid" | "allow" | "replace";
  readonly startDeadlineSeconds: number;
  readonly retries: number;
  /** The app an attempt would be, were it Berth's to start. */
  readonly app: AppDefinition;
}

/** What it says of a job's runs: one by one, or only how many of each kind and when last. */
export type OutsideRuns =
  | { readonly kind: "runs"; readonly runs: readonly OutsideRun[] }
  | {
      readonly kind: "counts";
      readonly succeeded: number;
      readonly failed: number;
      readonly lastSuccess: Date | null;
      readonly lastError: Date | null;
    };

export interface OutsideRun {
  readonly id: string;
  readonly state: "waiting" | "running" | "succeeded" | "failed";
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** A scheduler of the cluster's own. Everything throws `unavailable` or `job_scheduler_refused`. */
export interface OutsideScheduler {
  readonly kind: "chronos" | "metronome";
  put(job: OutsideJob): Promise<void>;
  /** Null: it does not know the job (any more). */
  look(name: string): Promise<OutsideRuns | null>;
  /** Starts it now; the run's id where it gives one. */
  run(name: string): Promise<string | null>;
  stop(name: string, runId: string | null): Promise<void>;
  remove(name: string): Promise<void>;
}

export function overChronos(client: ChronosClient): OutsideScheduler {
  return {
    kind: "chronos",
    async put(job) {
      const said = chronosSchedule(job.schedule, new Date());
      const { start } = job.app;
      if ("problem" in said) throw new BerthError("job_scheduler_refused", { detail: said.problem });
      if (start.kind !== "command") throw new BerthError("job_scheduler_refused", { detail: "Chronos takes a command only." });
      await client.put({
        name: job.name,
        description: job.description,
        command: start.command,
        schedule: said.text,
        timeZone: job.timeZone,
        epsilonSeconds: job.startDeadlineSeconds,
        retries: job.retries,
        concurrent: job.concurrency === "allow",
        disabled: !job.enabled || job.schedule.kind === "none",
        ...containerOf(job.app),
        fetch: job.app.fetch.map(({ uri, extract, executable, cache }) => ({ uri, extract, executable, cache })),
      });
    },
    async look(name) {
      const facts = await client.find(name);
      if (facts === null) return null;
      const { successes, errors, lastSuccess, lastError } = facts;
      return { kind: "counts", succeeded: successes, failed: errors, lastSuccess, lastError };
    },
    async run(name) {
      await client.run(name);
      return null;
    },
    stop: (name) => client.stop(name),
    remove: (name) => client.remove(name),
  };
}

export function overMetronome(client: MetronomeClient): OutsideScheduler {
  return {
    kind: "metronome",
    async put(job) {
      const said = metronomeCron(job.schedule);
      const { start } = job.app;
      if ("problem" in said) throw new BerthError("job_scheduler_refused", { detail: said.problem });
      if (start.kind === "image") throw new BerthError("job_scheduler_refused", { detail: "Metronome needs a command or arguments." });
      await client.put({
        id: job.name,
        description: job.description,
        labels: job.app.labels,
        start,
        ...containerOf(job.app),
        artifacts: job.app.fetch.map(({ uri, extract, executable, cache }) => ({ uri, extract, executable, cache })),
        maxLaunchDelay: job.startDeadlineSeconds,
        retryOnFailure: job.retries > 0,
        schedule:
          said.text === ""
            ? null
            : {
                cron: said.text,
                timeZone: job.timeZone,
                concurrency: job.concurrency === "allow" ? "ALLOW" : "FORBID",
                enabled: job.enabled,
                startingDeadlineSeconds: job.startDeadlineSeconds,
              },
      });
    },
    async look(name) {
      const runs = await client.runs(name);
      return runs === null ? null : { kind: "runs", runs };
    },
    run: (name) => client.run(name),
    stop: async (name, runId) => (runId === null ? undefined : await client.stop(name, runId)),
    remove: (name) => client.remove(name),
  };
}

function containerOf(app: AppDefinition) {
  return { cpus: app.cpus, mem: app.mem, image: app.image ?? "", forcePull: app.forcePull, env: app.env };
}
