import { z } from "zod";

import { listBuilds } from "#lib/domain/builds/queries.ts";
import { rerunCheck } from "#lib/domain/checks/commands/rerun.ts";
import { getCheck } from "#lib/domain/checks/queries.ts";
import { addFreeze } from "#lib/domain/freezes/commands/add.ts";
import { removeFreeze } from "#lib/domain/freezes/commands/remove.ts";
import { addStage } from "#lib/domain/stages/commands/add.ts";
import { removeStage } from "#lib/domain/stages/commands/remove.ts";
import { reorderStages } from "#lib/domain/stages/commands/reorder.ts";
import { updateStage } from "#lib/domain/stages/commands/update.ts";
import { getPipeline } from "#lib/domain/stages/queries.ts";
import { addStageInput, reorderStagesInput, stageKinds, stageStarts, updateStageInput } from "#lib/domain/stages/schema.ts";

import { operation } from "./operation.ts";
import { idParams, slugParams, time } from "./schemas.ts";

const optionalTime = time.nullable();
const frozen = z.object({ title: z.string(), until: optionalTime }).nullable();
const checkSchema = z.object({ name: z.string(), command: z.union([z.string(), z.array(z.string())]), timeoutSeconds: z.number() });

const stageSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    title: z.string(),
    kind: z.enum(stageKinds),
    refKind: z.enum(["branch", "tag"]).nullable(),
    refPattern: z.string(),
    perRef: z.boolean(),
    starts: z.enum(stageStarts),
    redeployOnPush: z.boolean(),
    verdictRequired: z.boolean(),
    approvalsRequired: z.number(),
    autoRollback: z.boolean(),
    rollbackAfterSeconds: z.number(),
    public: z.boolean(),
    instances: z.number(),
    cpus: z.number(),
    mem: z.number(),
    ttlHours: z.number().nullable(),
    checks: z.array(checkSchema).readonly(),
    version: z.number(),
    environments: z.number(),
    frozen,
  })
  .meta({ id: "Stage" });

const freezeSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    kind: z.enum(["once", "recurring"]),
    stage: z.string().nullable(),
    startsAt: optionalTime,
    endsAt: optionalTime,
    cron: z.string().nullable(),
    durationMinutes: z.number().nullable(),
    timeZone: z.string(),
    createdBy: z.string(),
    createdAt: time,
    isNow: z.boolean(),
    next: z.array(z.object({ from: time, to: time })).readonly(),
  })
  .meta({ id: "FreezeWindow" });

const fileSchema = z
  .object({
    source: z.object({ ref: z.string(), commit: z.string() }).nullable(),
    path: z.string().nullable(),
    parsed: z.record(z.string(), z.unknown()).nullable(),
    errors: z
      .array(z.object({ line: z.number(), column: z.number(), path: z.string(), message: z.string(), quote: z.string().nullable() }))
      .readonly(),
  })
  .meta({ id: "PipelineFile" });

const pipelineSchema = z.object({ stages: z.array(stageSchema).readonly(), freezes: z.array(freezeSchema).readonly(), file: fileSchema });

const cellSchema = z.object({
  status: z.string(),
  startedAt: optionalTime,
  endedAt: optionalTime,
  href: z.string().nullable(),
  about: z.string().nullable(),
});
const buildSchema = z
  .object({
    id: z.uuid(),
    commit: z.string(),
    subject: z.string().nullable(),
    refName: z.string(),
    status: z.string(),
    requestedBy: z.string().nullable(),
    handedOverBy: z.string().nullable().meta({ description: "Who handed its image over; null where Berth built it" }),
    createdAt: time,
    digest: z.string().nullable(),
    cells: z.record(z.string(), cellSchema),
  })
  .meta({ id: "BuildRow" });
const buildsSchema = z.object({
  columns: z.array(z.object({ key: z.string(), title: z.string(), averageMs: z.number().nullable() })).readonly(),
  builds: z.array(buildSchema).readonly(),
  total: z.number(),
  page: z.number(),
  pages: z.number(),
});

const checkRunSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    status: z.enum(["queued", "running", "passed", "failed"]),
    command: z.array(z.string()).readonly(),
    timeoutSeconds: z.number(),
    exitCode: z.number().nullable(),
    errorText: z.string().nullable(),
    digest: z.string(),
    commit: z.string(),
    startedAt: optionalTime,
    endedAt: optionalTime,
  })
  .meta({ id: "CheckRun" });

const made = z.object({ id: z.uuid() });
const freezeFields = { stage: z.string().optional(), title: z.string(), timeZone: z.string() };
/** What the command judges, said loosely here so that its words reach the caller. */
const freezeBody = z.discriminatedUnion("kind", [
  z.strictObject({ ...freezeFields, kind: z.literal("once"), from: z.string(), to: z.string() }),
  z.strictObject({ ...freezeFields, kind: z.literal("recurring"), cron: z.string(), durationMinutes: z.number() }),
]);

export const pipelineOperations = [
  operation({
    method: "GET",
    path: "/projects/{slug}/pipeline",
    id: "getPipeline",
    summary: "Stages, freeze windows, and what the repository says of its own pipeline",
    tag: "pipeline",
    params: slugParams,
    success: { status: 200, schema: pipelineSchema },
    run: ({ services, actor, params }) => getPipeline(services, actor, params.slug),
  }),
  operation({
    method: "POST",
    path: "/projects/{slug}/stages",
    id: "addStage",
    summary: "Add a stage: at the end, or before production",
    tag: "pipeline",
    params: slugParams,
    body: addStageInput.omit({ project: true }),
    success: { status: 201, schema: made },
    run: ({ services, actor, params, body }) => addStage.run(services, actor, { ...body, project: params.slug }),
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/stages",
    id: "reorderStages",
    summary: "Put the stages into another order",
    tag: "pipeline",
    params: slugParams,
    body: reorderStagesInput.omit({ project: true }),
    success: { status: 200, schema: pipelineSchema },
    async run({ services, actor, params, body }) {
      await reorderStages.run(services, actor, { ...body, project: params.slug });
      return getPipeline(services, actor, params.slug);
    },
  }),
  operation({
    method: "PATCH",
    path: "/stages/{id}",
    id: "updateStage",
    summary: "Change a stage",
    tag: "pipeline",
    params: idParams,
    body: updateStageInput.omit({ stage: true }),
    success: { status: 200, schema: made.extend({ version: z.number() }) },
    run: ({ services, actor, params, body }) => updateStage.run(services, actor, { ...body, stage: params.id }),
  }),
  operation({
    method: "DELETE",
    path: "/stages/{id}",
    id: "removeStage",
    summary: "Take a stage without environments out of the pipeline",
    tag: "pipeline",
    params: idParams,
    success: { status: 200, schema: made },
    run: ({ services, actor, params }) => removeStage.run(services, actor, { stage: params.id }),
  }),
  operation({
    method: "POST",
    path: "/projects/{slug}/freezes",
    id: "addFreeze",
    summary: "Say when nothing new may enter a stage, or any",
    tag: "pipeline",
    params: slugParams,
    body: freezeBody,
    success: { status: 201, schema: made },
    run: ({ services, actor, params, body }) => addFreeze.run(services, actor, { ...body, project: params.slug }),
  }),
  operation({
    method: "DELETE",
    path: "/freezes/{id}",
    id: "removeFreeze",
    summary: "Lift a freeze window",
    tag: "pipeline",
    params: idParams,
    success: { status: 200, schema: made },
    run: ({ services, actor, params }) => removeFreeze.run(services, actor, { freeze: params.id }),
  }),
  operation({
    method: "GET",
    path: "/projects/{slug}/builds",
    id: "listBuilds",
    summary: "What became of each commit that was built, the newest first",
    tag: "builds",
    params: slugParams,
    query: z.object({ page: z.coerce.number().int().min(1).optional() }),
    success: { status: 200, schema: buildsSchema },
    async run({ services, actor, params, query }) {
      const { rows, ...page } = await listBuilds(services, actor, params.slug, query.page === undefined ? {} : { page: query.page });
      return { ...page, builds: rows };
    },
  }),
  operation({
    method: "GET",
    path: "/checks/{id}",
    id: "getCheck",
    summary: "One check of an image, with its result",
    tag: "builds",
    params: idParams,
    success: { status: 200, schema: checkRunSchema },
    run: ({ services, actor, params }) => getCheck(services, actor, params.id),
  }),
  operation({
    method: "POST",
    path: "/checks/{id}/rerun",
    id: "rerunCheck",
    summary: "Forget the result of a failed check, so that the next deployment runs it again",
    tag: "builds",
    params: idParams,
    success: { status: 200, schema: made },
    run: ({ services, actor, params }) => rerunCheck.run(services, actor, { check: params.id }),
  }),
];
