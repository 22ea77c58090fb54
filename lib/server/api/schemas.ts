import { z } from "zod";

/** What the REST interface says. Names as on the pages; times as ISO 8601 in UTC. */
export const time = z
  .date()
  .transform((date) => date.toISOString())
  .pipe(z.iso.datetime())
  .meta({ type: "string", format: "date-time" });
export const optionalTime = time.nullable();
export const slugParams = z.object({ slug: z.string().min(1).max(64) });
export const idParams = z.object({ id: z.uuid() });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.string(),
    detail: z.string().nullable(),
    help: z.string(),
    errors: z.record(z.string(), z.string()).optional(),
    requestId: z.string().nullable(),
  })
  .meta({ id: "Problem" });
const reason = z.object({ code: z.string(), title: z.string(), detail: z.string().nullable(), help: z.string() }).meta({ id: "Reason" });

export const projectSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    repository: z.string(),
    defaultBranch: z.string().nullable(),
    environments: z.object({ total: z.number(), healthy: z.number(), failing: z.number(), building: z.number() }),
    lastActivityAt: optionalTime,
  })
  .meta({ id: "Project" });
export const projectHeadSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    repositoryKind: z.enum(["builtin", "remote"]),
    gitUrl: z.string(),
    defaultBranch: z.string().nullable(),
    syncedAt: optionalTime,
    syncProblem: reason.nullable(),
  })
  .meta({ id: "ProjectDetails" });
export const createdProjectSchema = z.object({ slug: z.string(), gitUrl: z.string() }).meta({ id: "CreatedProject" });

export const refSchema = z
  .object({
    name: z.string(),
    kind: z.enum(["branch", "tag"]),
    slug: z.string(),
    commit: z.string(),
    subject: z.string().nullable(),
    author: z.string().nullable(),
    committedAt: optionalTime,
    changedAt: time,
    firstSeenAt: time,
    environments: z.array(z.object({ id: z.uuid(), name: z.string() })),
  })
  .meta({ id: "Ref" });

const stepSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    status: z.enum(["waiting", "running", "done", "failed", "skipped"]),
    startedAt: optionalTime,
    endedAt: optionalTime,
    usualMs: z.number().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: "Step" });
const deploymentFields = {
  id: z.uuid(),
  number: z.number(),
  status: z.enum(["queued", "preparing", "deploying", "verifying", "live", "failed", "cancelled", "superseded"]),
  trigger: z.string(),
  commit: z.string(),
  subject: z.string().nullable(),
  requestedBy: z.string().nullable(),
  createdAt: time,
  startedAt: optionalTime,
  endedAt: optionalTime,
  step: z.string().nullable(),
  usualMs: z.number().nullable(),
  problem: reason.nullable(),
};
export const deploymentSummarySchema = z.object(deploymentFields).meta({ id: "DeploymentSummary" });
export const deploymentSchema = z
  .object({
    ...deploymentFields,
    refName: z.string(),
    environment: z.object({ id: z.uuid(), name: z.string(), url: z.string() }),
    release: z.object({ number: z.number(), digest: z.string() }).nullable(),
    steps: z.array(stepSchema),
  })
  .meta({ id: "Deployment" });

const releaseSchema = z
  .object({ number: z.number(), commit: z.string(), digest: z.string(), createdAt: time, createdBy: z.string().nullable() })
  .meta({ id: "Release" });
export const standingSchema = z
  .object({
    state: z.enum(["none", "approved", "rejected", "not_testable", "void"]),
    reason: z.enum(["image_changed", "configuration_changed"]).nullable(),
    changes: z.array(
      z.object({
        kind: z.enum(["image", "variable", "setting"]),
        name: z.string(),
        by: z.string().nullable(),
        at: optionalTime,
        words: z.string(),
      }),
    ),
    verdict: z.object({ id: z.uuid(), by: z.string(), at: time, comment: z.string(), release: z.number() }).nullable(),
  })
  .meta({ id: "Standing" });
export const environmentSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    project: z.string(),
    stage: z.string(),
    ref: z.object({ kind: z.enum(["branch", "tag"]), name: z.string() }).nullable(),
    url: z.string(),
    status: z.string().meta({
      description:
        "starting, healthy, unhealthy, crashing, stopped, missing, unknown, none (nothing was ever live), destroying or destroyed",
    }),
    statusDetail: z.string().nullable(),
    desired: z.enum(["running", "stopped", "destroyed"]),
    instances: z.number(),
    crashes: z
      .object({ count: z.number(), reason: z.string(), since: time, nextTryAt: optionalTime, log: z.string().nullable() })
      .nullable()
      .meta({ description: "How often its tasks ended by themselves, while instances are missing; the log for whoever may read it" }),
    standing: standingSchema,
    release: releaseSchema.nullable(),
    deployment: deploymentSummarySchema.nullable().meta({ description: "The deployment under way, else the last one" }),
    cluster: z
      .object({ name: z.string(), downSince: optionalTime })
      .nullable()
      .meta({ description: "Where it runs; downSince: since when that cluster has not answered" }),
    createdAt: time,
    createdBy: z.string().nullable(),
  })
  .meta({ id: "Environment" });
export const scaleEffectSchema = z
  .object({
    from: z.number(),
    to: z.number(),
    cpus: z.number(),
    mem: z.number().meta({ description: "MiB; negative when it gives back" }),
    fits: z.boolean().nullable().meta({ description: "null: what the cluster has free is not known" }),
    room: z.number().nullable().meta({ description: "How many more instances the cluster has room for" }),
    dryRun: z.boolean(),
  })
  .meta({ id: "ScaleEffect" });
export const startedSchema = z
  .object({ id: z.uuid(), url: z.string(), deployment: z.object({ id: z.uuid() }).nullable() })
  .meta({ id: "StartedEnvironment" });

export const variableSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(["plain", "secret"]),
    value: z.string().nullable(),
    scope: z.enum(["project", "stage", "environment"]),
    scopeName: z.string(),
    changedBy: z.string().nullable(),
    changedAt: time,
  })
  .meta({ id: "Variable" });
export const healthSchema = z
  .object({
    state: z.enum(["up", "degraded", "down"]),
    version: z.string(),
    parts: z.array(
      z.object({
        part: z.string(),
        state: z.enum(["up", "down", "off", "unknown"]),
        since: optionalTime,
        detail: z.string().nullable().optional(),
      }),
    ),
    queue: z.object({ waiting: z.number(), running: z.number() }),
  })
  .meta({ id: "Health" });
