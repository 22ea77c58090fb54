import { randomUUID } from "node:crypto";

import { preview } from "#lib/domain/environments/commands/preview.ts";
import { createJob } from "#lib/domain/jobs/commands/create.ts";
import { runJobs } from "#lib/domain/jobs/rounds.ts";
import type { WorkerContext } from "#lib/domain/workers/context.ts";
import { type Stage, admin, openStage } from "#tests/integration/domain/stage.ts";

import { openWorker, publishSealingKey } from "../clusters/worker.ts";
import { type PretendCluster, startPretendCluster } from "./pretend-cluster.ts";

export interface JobStage extends Stage {
  readonly cluster: PretendCluster;
  /** Two workers that share nothing but the database and the cluster. */
  one: WorkerContext;
  readonly two: WorkerContext;
  /** An environment with a live release. */
  environment(): Promise<string>;
  job(fields?: object): Promise<{ id: string; environmentId: string }>;
  runs(jobId: string): ReturnType<typeof readRuns>;
  /** Lets a worker take one step of everything. */
  turn(worker?: WorkerContext, now?: Date): Promise<void>;
  /** The worker that held them is dead, and was so for long enough. */
  expireLeases(): Promise<void>;
  /** The text of a run's log. */
  log(logId: string): Promise<string>;
}

function readRuns(stage: Stage, jobId: string) {
  return stage.worker.jobRun.findMany({ where: { jobId }, orderBy: { number: "asc" } });
}

export async function openJobStage(): Promise<JobStage> {
  const stage = await openStage();
  const cluster = await startPretendCluster();
  const sealingKey = await publishSealingKey(stage.worker);
  const worker = await openWorker({ database: stage.worker, sealingKey, settings: { urls: [cluster.url], embedded: false } });
  const [one, two] = [
    { ...worker.context, poolId: () => "one" },
    { ...worker.context, poolId: () => "two" },
  ];
  async function environment(): Promise<string> {
    const project = await stage.project();
    await stage.branch(project.id, "issue-1");
    const { environmentId } = await preview.run(stage.context, admin, { project: project.slug, ref: "issue-1" });
    const commit = "1".repeat(40);
    const image = await stage.worker.image.create({
      data: {
        projectId: project.id,
        commit,
        digest: `sha256:${randomUUID()}`,
        repository: "shop",
        tag: "t",
        engineId: "sha256:e",
        pushed: false,
        sizeBytes: 1n,
      },
    });
    const release = await stage.worker.release.create({
      data: {
        environmentId,
        number: 1,
        imageId: image.id,
        commit,
        variables: { GREETING: { value: "quay-lantern" } },
        fingerprint: "f",
        instances: 1,
        cpus: 0.1,
        mem: 32,
        port: 80,
        healthPath: "/",
        servedAt: new Date(),
      },
    });
    await stage.worker.environment.update({ where: { id: environmentId }, data: { liveReleaseId: release.id, desired: "running" } });
    return environmentId;
  }
  return Object.assign(stage, {
    cluster,
    one,
    two,
    environment,
    async job(fields: object = {}) {
      const environmentId = await environment();
      const wish = { environment: environmentId, name: "import", command: "node import.js", ...fields };
      const { id } = await createJob.run(stage.context, admin, wish);
      return { id, environmentId };
    },
    runs: (jobId: string) => readRuns(stage, jobId),
    turn: (which: WorkerContext = one, now: Date = new Date()) => runJobs(which, now),
    async expireLeases() {
      await stage.worker.jobRun.updateMany({ data: { leaseUntil: new Date(0) } });
    },
    async log(logId: string) {
      const chunks = await stage.worker.logChunk.findMany({ where: { logId }, orderBy: { seq: "asc" } });
      return chunks.map((chunk) => chunk.text).join("");
    },
    end: ((end) => async () => {
      await worker.end();
      await cluster.stop();
      await end();
    })(stage.end),
  });
}
