import { z } from "zod";

import { approvePromotion } from "#lib/domain/promotions/commands/approve.ts";
import { promote } from "#lib/domain/promotions/commands/promote.ts";
import { rollback } from "#lib/domain/promotions/commands/rollback.ts";
import { withdrawPromotion } from "#lib/domain/promotions/commands/withdraw.ts";
import { type Plan, getPromotionPlan, getRollbackPlan } from "#lib/domain/promotions/dry-run.ts";
import { getPromotion } from "#lib/domain/promotions/queries.ts";
import { listReleases } from "#lib/domain/promotions/releases.ts";
import { keepInput, promoteInput, rollbackInput } from "#lib/domain/promotions/schema.ts";

import { operation } from "./operation.ts";
import { idParams, time } from "./schemas.ts";

const blockerSchema = z
  .object({ code: z.string(), words: z.string(), clearedBy: z.string(), expectedAt: time.nullable() })
  .meta({ id: "PromotionBlocker" });
const differenceSchema = z
  .object({
    name: z.string(),
    change: z.enum(["added", "removed", "changed"]),
    secret: z.boolean(),
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .meta({ id: "Difference", description: "A secret's value is never told" });
const commitSchema = z.object({ commit: z.string(), subject: z.string(), author: z.string(), at: time }).meta({ id: "RangeCommit" });
const rangeSchema = z
  .object({
    state: z
      .enum(["first", "same", "reading", "known"])
      .meta({ description: "first: nothing runs there yet; reading: not read from Git yet" }),
    commitsIn: z.array(commitSchema).readonly().optional(),
    commitsOut: z.array(commitSchema).readonly().optional(),
    inCount: z.number().optional(),
    outCount: z.number().optional(),
    complete: z.boolean().optional(),
    migrations: z.array(z.string()).readonly().optional(),
    filesCount: z.number().optional(),
  })
  .meta({ id: "CommitRange" });
const endSchema = z.object({ release: z.number(), digest: z.string(), commit: z.string() });
const planSchema = z
  .object({
    kind: z.enum(["promotion", "rollback"]),
    from: endSchema.extend({ environmentId: z.uuid(), name: z.string() }),
    to: z.object({ stage: z.string(), title: z.string(), environment: z.string() }),
    running: endSchema.nullable(),
    sameImage: z.boolean(),
    commits: rangeSchema,
    variables: z.array(differenceSchema).readonly().nullable().meta({ description: "null for whoever may not configure there" }),
    variablesCount: z.number(),
    settings: z.array(differenceSchema).readonly(),
    instances: z.number(),
    usualMs: z.number().nullable(),
    blockers: z.array(blockerSchema).readonly(),
    approvals: z.number(),
  })
  .meta({ id: "DryRun" });
const promotionSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(["promotion", "rollback"]),
    status: z.enum(["requested", "waiting", "started", "done", "failed", "withdrawn", "refused"]),
    from: z.string(),
    to: z.object({ stage: z.string(), title: z.string(), environment: z.string().nullable() }),
    digest: z.string(),
    commit: z.string(),
    askedBy: z.string(),
    reason: z.string().nullable(),
    overrideReason: z.string().nullable(),
    freezeOverridden: z.boolean(),
    noteCode: z.string().nullable(),
    note: z.string().nullable(),
    tag: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    rolledBackAt: time.nullable(),
    deploymentId: z.uuid().nullable(),
    approvals: z.array(z.object({ person: z.string(), words: z.string().nullable(), at: time })).readonly(),
    approvalsNeeded: z.number(),
    blockers: z.array(blockerSchema).readonly(),
  })
  .meta({ id: "Promotion" });
const askedSchema = z
  .object({
    dryRun: z.boolean(),
    promotion: z.object({ id: z.uuid() }).nullable(),
    deployment: z.object({ id: z.uuid() }).nullable(),
    plan: planSchema.nullable().meta({ description: "With dryRun only" }),
  })
  .meta({ id: "AskedPromotion" });
const releaseSchema = z
  .object({
    id: z.uuid(),
    number: z.number(),
    commit: z.string(),
    subject: z.string().nullable(),
    digest: z.string(),
    fingerprint: z.string(),
    createdAt: time,
    createdBy: z.string().nullable(),
    servedAt: time.nullable(),
    live: z.boolean(),
    imageRemoved: z.boolean(),
    rollback: z.object({ reason: z.string().nullable() }).optional().meta({ description: "Absent for whoever may not roll back" }),
  })
  .meta({ id: "EnvironmentRelease" });

const promotionParams = idParams;

export const promotionOperations = [
  operation({
    method: "POST",
    path: "/environments/{id}/promotions",
    id: "promoteEnvironment",
    summary: "Carry what is live there into the next stage, never rebuilt; with dryRun only say what that would change and what keeps it",
    tag: "promotions",
    params: idParams,
    body: promoteInput.omit({ environment: true }).extend({ dryRun: z.boolean().optional() }),
    success: { status: 202, schema: askedSchema },
    async run({ services, actor, params, body: { dryRun = false, ...body } }) {
      if (dryRun) return dry(await getPromotionPlan(services, actor, params.id, body.to));
      const { promotionId } = await promote.run(services, actor, { ...body, environment: params.id });
      return { dryRun, promotion: { id: promotionId }, deployment: null, plan: null };
    },
  }),
  operation({
    method: "POST",
    path: "/environments/{id}/rollback",
    id: "rollBackEnvironment",
    summary: "Go back to a release that once answered here, image and configuration together, or one of them with the other kept as it is",
    tag: "promotions",
    params: idParams,
    body: rollbackInput.omit({ environment: true }).extend({ keep: keepInput.optional(), dryRun: z.boolean().optional() }),
    success: { status: 202, schema: askedSchema },
    async run({ services, actor, params, body: { dryRun = false, ...body } }) {
      if (dryRun) return dry(await getRollbackPlan(services, actor, params.id, body.release, body.keep ?? null));
      const { deploymentId, promotionId } = await rollback.run(services, actor, { ...body, environment: params.id });
      return {
        dryRun,
        promotion: promotionId === null ? null : { id: promotionId },
        deployment: deploymentId === null ? null : { id: deploymentId },
        plan: null,
      };
    },
  }),
  operation({
    method: "GET",
    path: "/environments/{id}/releases",
    id: "listReleases",
    summary: "The newest releases of an environment, and which of them can be gone back to",
    tag: "promotions",
    params: idParams,
    success: { status: 200, schema: z.object({ releases: z.array(releaseSchema).readonly() }) },
    run: async ({ services, actor, params }) => ({ releases: await listReleases(services, actor, params.id) }),
  }),
  operation({
    method: "GET",
    path: "/promotions/{id}",
    id: "getPromotion",
    summary: "One promotion with its second people and what keeps it",
    tag: "promotions",
    params: promotionParams,
    success: { status: 200, schema: promotionSchema },
    async run({ services, actor, params }) {
      const page = await getPromotion(services, actor, params.id);
      const { approvals, approvalsNeeded, blockers } = page;
      return { ...page.promotion, approvals, approvalsNeeded, blockers };
    },
  }),
  operation({
    method: "POST",
    path: "/promotions/{id}/approvals",
    id: "approvePromotion",
    summary: "Agree to a promotion as its second person",
    tag: "promotions",
    params: promotionParams,
    body: z.strictObject({ words: z.string().max(2_000).optional() }),
    success: { status: 202, schema: z.object({ id: z.uuid() }) },
    async run({ services, actor, params, body }) {
      const { promotionId } = await approvePromotion.run(services, actor, { ...body, promotion: params.id });
      return { id: promotionId };
    },
  }),
  operation({
    method: "DELETE",
    path: "/promotions/{id}",
    id: "withdrawPromotion",
    summary: "Take back a promotion that has not started",
    tag: "promotions",
    params: promotionParams,
    success: { status: 202, schema: z.object({ id: z.uuid() }) },
    async run({ services, actor, params }) {
      const { promotionId } = await withdrawPromotion.run(services, actor, { promotion: params.id });
      return { id: promotionId };
    },
  }),
];

function dry(plan: Plan) {
  return { dryRun: true, promotion: null, deployment: null, plan };
}
