import { createHash } from "node:crypto";

import type { AppDefinition, AppStart } from "#lib/adapters/marathon/definition.ts";

/** Job apps carry this label instead of `berth.instance`: what looks after environments' apps never sees them. */
export const jobsLabel = "berth.jobs";
/** An ended task must not be started again: longer than any run, its app is put away long before. */
const neverSeconds = 7 * 86_400;
const segmentMaxLength = 30;

interface AppParts {
  readonly project: string;
  readonly stage: string;
  readonly slug: string;
  readonly job: string;
  readonly run: { readonly id: string; readonly number: number; readonly attempt: number };
}

/** Marathon's id of one attempt of one run: a function of rows, beside the environments' apps and never among them. */
export function jobAppId({ project, stage, slug, job, run }: AppParts): string {
  const segments = [project, stage, slug].map(shortened);
  return `/berth-jobs/${segments.join("/")}/${job}/${run.number}-${run.attempt}-${run.id.slice(0, 8)}`;
}

/** The id of a task is made of the app's and names a folder: it has to stay short. */
function shortened(segment: string): string {
  if (segment.length <= segmentMaxLength) return segment;
  const hash = createHash("sha256").update(segment).digest("hex").slice(0, 7);
  return `${segment.slice(0, segmentMaxLength - 8).replace(/-+$/, "")}-${hash}`;
}

/** What the ids of an app's tasks begin with, in every Marathon. */
export function taskPrefix(appId: string): string {
  return `${appId.slice(1).replaceAll("/", "_")}.`;
}

interface JobApp {
  readonly id: string;
  readonly job: {
    readonly id: string;
    readonly name: string;
    readonly startKind: string;
    readonly command: string | null;
    readonly arguments: readonly string[];
    readonly cpus: number;
    readonly mem: number;
  };
  readonly run: { readonly id: string; readonly number: number };
  readonly instance: string;
}

/**
 * The app of an attempt, made from the one of the live release: its image, variables and artifacts, without ports, checks and routes. One
 * instance; what ends by itself waits for a week before it would be started again.
 */
export function jobDefinition(live: AppDefinition, { id, job, run, instance }: JobApp): AppDefinition {
  return {
    ...live,
    id,
    start: startOf(job),
    env: { ...live.env, BERTH_JOB: job.name, BERTH_RUN: String(run.number) },
    labels: { ...labelsOfEnvironment(live), [jobsLabel]: instance, "berth.job": job.id, "berth.run": run.id },
    instances: 1,
    cpus: job.cpus,
    mem: job.mem,
    ports: [],
    requirePorts: false,
    healthChecks: [],
    readinessCheck: null,
    upgrade: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
    backoff: { seconds: neverSeconds, factor: 1, maxSeconds: neverSeconds },
  };
}

/** Whose share of the cluster a run takes, and in whose network it is. */
function labelsOfEnvironment({ labels }: AppDefinition): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name === "berth.environment" || name === "berth.network"));
}

function startOf(job: JobApp["job"]): AppStart {
  if (job.startKind === "command") return { kind: "command", command: job.command ?? "" };
  return job.startKind === "arguments" ? { kind: "arguments", arguments: job.arguments } : { kind: "image" };
}
