import { z } from "zod";

import { appSchema } from "../model/app.ts";
import { groupSchema } from "../model/group.ts";

const actionSchema = z.object({
  action: z.enum(["StartApplication", "ScaleApplication", "RestartApplication", "StopApplication"]),
  app: z.string(),
});

const stepSchema = z.object({ actions: z.array(actionSchema) });

/** What a deployment does, fixed when it is accepted. */
export const planSchema = z.object({
  steps: z.array(stepSchema),
  affectedApps: z.array(z.string()),
  /** Each affected app before (null: there was none) and after (null: removed). */
  original: z.record(z.string(), appSchema.nullable()),
  target: z.record(z.string(), appSchema.nullable()),
  /** Written groups before, where the deployment changes any (null: there was none). */
  groups: z.record(z.string(), groupSchema.nullable()).optional(),
  /** Tasks to kill first when an app is scaled down, by app. */
  toKill: z.record(z.string(), z.array(z.string())),
});

/** The numbers a rolling restart decided on at its beginning. */
const restartStrategySchema = z.object({ initialOld: z.number(), initialReady: z.number(), killNow: z.number(), maxCapacity: z.number() });

export const progressSchema = z.record(z.string(), z.object({ done: z.boolean(), restart: restartStrategySchema.optional() }));

export type Action = z.infer<typeof actionSchema>;
export type Step = z.infer<typeof stepSchema>;
export type Plan = z.infer<typeof planSchema>;
export type RestartStrategy = z.infer<typeof restartStrategySchema>;
export type Progress = z.infer<typeof progressSchema>;

export interface Deployment {
  readonly id: string;
  /** Also the moment it was accepted. */
  readonly version: string;
  readonly plan: Plan;
  /** Index into the plan's steps. */
  currentStep: number;
  /** Of the current step's actions, by app. */
  progress: Progress;
}
