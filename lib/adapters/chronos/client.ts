import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import { type JsonCallerOptions, createJsonCaller } from "#lib/platform/outbound-http/json-caller.ts";

/** A job as Chronos is told. */
export interface ChronosJob {
  /** Letters, digits, dots, dashes, underscores. */
  readonly name: string;
  readonly description: string;
  /** Run by `/bin/sh -c`. */
  readonly command: string;
  /** `R[n]/start/period` */
  readonly schedule: string;
  readonly timeZone: string;
  /** How late a run may begin. */
  readonly epsilonSeconds: number;
  readonly retries: number;
  readonly concurrent: boolean;
  readonly disabled: boolean;
  readonly cpus: number;
  /** MiB */
  readonly mem: number;
  readonly image: string;
  readonly forcePull: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly fetch: readonly { readonly uri: string; readonly extract: boolean; readonly executable: boolean; readonly cache: boolean }[];
}

/** What Chronos tells of a job's past: no single runs, only how many and when last. */
export interface ChronosFacts {
  readonly successes: number;
  readonly errors: number;
  readonly lastSuccess: Date | null;
  readonly lastError: Date | null;
}

export interface ChronosClient {
  /** Makes or replaces the job. Throws `unavailable`, `job_scheduler_refused`. */
  put(job: ChronosJob): Promise<void>;
  /** Null: it has no such job. */
  find(name: string): Promise<ChronosFacts | null>;
  /** Starts it now. */
  run(name: string): Promise<void>;
  /** Kills what runs of it. */
  stop(name: string): Promise<void>;
  /** Gone is fine. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

const jobsSchema = z.array(
  z.object({
    name: z.string(),
    successCount: z.number().int().nonnegative().catch(0),
    errorCount: z.number().int().nonnegative().catch(0),
    lastSuccess: z.string().catch(""),
    lastError: z.string().catch(""),
  }),
);

/** A client for Chronos 2 and 3. The first releases had the same paths without `/v1`; which it is is found out with the first call. */
export function createChronos(options: Omit<JsonCallerOptions, "name">): ChronosClient {
  const caller = createJsonCaller({ ...options, name: "Chronos" });
  let prefix: Promise<string> | undefined;

  async function findPrefix(): Promise<string> {
    return (await caller.call("GET", "/v1/scheduler/jobs/search?name=-")).status === 404 ? "/scheduler" : "/v1/scheduler";
  }

  async function call(method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: unknown) {
    prefix ??= findPrefix();
    // A Chronos that was away is asked again the next time.
    const root = await prefix.catch((error: unknown) => {
      prefix = undefined;
      throw error;
    });
    return await caller.call(method, `${root}${path}`, body);
  }

  const named = (name: string) => encodeURIComponent(name);
  return {
    async put(job) {
      const answer = await call("POST", "/iso8601", toWire(job));
      if (answer.status >= 300) throw new BerthError("job_scheduler_refused", { detail: `Chronos answered ${answer.status}.` });
    },
    async find(name) {
      const { json } = await call("GET", `/jobs/search?name=${named(name)}`);
      const jobs = jobsSchema.safeParse(json);
      if (!jobs.success) throw new BerthError("unavailable", { detail: "What Chronos answers is no list of jobs." });
      // The search finds every job whose name holds the words.
      const job = jobs.data.find((each) => each.name === name);
      if (job === undefined) return null;
      return {
        successes: job.successCount,
        errors: job.errorCount,
        lastSuccess: dateOf(job.lastSuccess),
        lastError: dateOf(job.lastError),
      };
    },
    async run(name) {
      if ((await call("PUT", `/job/${named(name)}`)).status === 404) throw new BerthError("not_found");
    },
    stop: async (name) => void (await call("DELETE", `/task/kill/${named(name)}`)),
    remove: async (name) => void (await call("DELETE", `/job/${named(name)}`)),
    close: () => caller.close(),
  };
}

function toWire(job: ChronosJob) {
  return {
    name: job.name,
    description: job.description,
    command: job.command,
    shell: true,
    schedule: job.schedule,
    scheduleTimeZone: job.timeZone,
    epsilon: `PT${job.epsilonSeconds}S`,
    retries: job.retries,
    concurrent: job.concurrent,
    async: false,
    disabled: job.disabled,
    cpus: job.cpus,
    mem: job.mem,
    disk: 0,
    container: { type: "DOCKER", image: job.image, network: "BRIDGE", forcePullImage: job.forcePull },
    environmentVariables: Object.entries(job.env).map(([name, value]) => ({ name, value })),
    fetch: [...job.fetch],
  };
}

function dateOf(text: string): Date | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms);
}
