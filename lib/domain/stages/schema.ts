import { z } from "zod";

import { checks } from "../checks/schema.ts";

export const stageKinds = ["review", "demo", "staging", "uat", "production"] as const;
export const stageStarts = ["on_push", "on_click", "by_promotion"] as const;
export const stagesAtMost = 20;

const title = z
  .string()
  .trim()
  .min(1, "Give it a title.")
  .max(40, "Use at most 40 characters.")
  .regex(/^[^\p{Cc}]+$/u, "Leave out control characters.");
const name = z
  .string()
  .trim()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/, "Use at most 30 lower case letters, digits and dashes: it becomes part of addresses.");
const refPattern = z
  .string()
  .trim()
  .min(1, "Say which refs it takes; * is all of them.")
  .max(100, "A pattern has at most 100 characters.")
  .regex(
    /^(?::default|:other|[^\s\p{Cc}~^:?[\\]+)$/u,
    "A pattern is a ref's name, where * stands for any characters; or :default or :other.",
  );

/** All that an admin may say of a stage. */
const fields = {
  name,
  title,
  kind: z.enum(stageKinds),
  /** Which refs it takes; null: none by itself. */
  refKind: z.enum(["branch", "tag"]).nullable(),
  refPattern,
  /** One environment for each ref, or one for the stage. */
  perRef: z.boolean(),
  starts: z.enum(stageStarts),
  redeployOnPush: z.boolean(),
  verdictRequired: z.boolean(),
  /** Second people who must agree before a promotion into it starts. */
  approvalsRequired: z.number().int().min(0).max(1, "One second person is the most."),
  autoRollback: z.boolean(),
  /** How long after it went live a release that becomes unhealthy is rolled back. */
  rollbackAfterSeconds: z.number().int().min(10, "At least ten seconds.").max(86_400, "At most a day."),
  /** Running environments of the stage answer everybody, signed in or not. */
  public: z.boolean(),
  instances: z.number().int().min(1, "At least one.").max(50, "At most 50."),
  cpus: z.number().min(0.01, "At least 0.01.").max(64, "At most 64."),
  /** MiB. */
  mem: z.number().int().min(16, "At least 16 MiB.").max(262_144, "At most 262144 MiB."),
  /** Environments nobody has touched for so long go. Null: never. */
  ttlHours: z.number().int().min(1, "At least an hour.").max(8_760, "At most a year.").nullable(),
  checks,
} as const;

const defaults = {
  redeployOnPush: true,
  verdictRequired: false,
  approvalsRequired: 0,
  autoRollback: true,
  rollbackAfterSeconds: 300,
  public: false,
  instances: 1,
  cpus: 0.25,
  mem: 256,
  ttlHours: null,
  checks: [],
};

export const addStageInput = z.strictObject({
  project: z.string().min(1).max(64),
  ...fields,
  refKind: fields.refKind.default(null),
  refPattern: fields.refPattern.default("*"),
  perRef: fields.perRef.default(true),
  redeployOnPush: fields.redeployOnPush.default(defaults.redeployOnPush),
  verdictRequired: fields.verdictRequired.default(defaults.verdictRequired),
  approvalsRequired: fields.approvalsRequired.default(defaults.approvalsRequired),
  autoRollback: fields.autoRollback.default(defaults.autoRollback),
  rollbackAfterSeconds: fields.rollbackAfterSeconds.default(defaults.rollbackAfterSeconds),
  public: fields.public.default(defaults.public),
  instances: fields.instances.default(defaults.instances),
  cpus: fields.cpus.default(defaults.cpus),
  mem: fields.mem.default(defaults.mem),
  ttlHours: fields.ttlHours.default(defaults.ttlHours),
  checks: fields.checks.default([]),
});

export const updateStageInput = z.strictObject({
  stage: z.uuid(),
  /** The number of the edit one has seen: another one since then is a conflict. Without it, the last one to write wins. */
  version: z.number().int().min(1).optional(),
  ...z.strictObject(fields).partial().shape,
});

export const reorderStagesInput = z.strictObject({
  project: z.string().min(1).max(64),
  /** All stages of the project, in the order they shall have. */
  stages: z.array(z.uuid()).min(1).max(stagesAtMost),
});

export const removeStageInput = z.strictObject({ stage: z.uuid() });
