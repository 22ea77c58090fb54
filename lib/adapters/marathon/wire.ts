import { z } from "zod";

/**
 * What Marathon answers, as far as Berth reads it: fields it does not know are dropped, fields it can do without may be missing, null or
 * odd. What everything hangs on (ids, instances) has to be right, or the answer is not understood.
 */
const text = z.string().catch("");
const textOrNull = z.string().nullable().catch(null).default(null);
const count = z.number().int().nonnegative().catch(0).default(0);
const amount = z.number().nonnegative().catch(0).default(0);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

const stringMap = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((map) =>
    Object.fromEntries(Object.entries(map ?? {}).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []))),
  );

const healthResultSchema = z
  .object({
    alive: z.boolean().catch(false),
    consecutiveFailures: count,
    firstSuccess: textOrNull,
    lastSuccess: textOrNull,
    lastFailure: textOrNull,
  })
  .nullable()
  .catch(null);

export const taskSchema = z.object({
  id: z.string().min(1),
  host: text,
  ports: z.array(z.number().int()).nullish().catch([]),
  state: textOrNull,
  version: text,
  stagedAt: textOrNull,
  startedAt: textOrNull,
  slaveId: textOrNull,
  healthCheckResults: z.array(healthResultSchema).nullish().catch(undefined),
});
export type WireTask = z.infer<typeof taskSchema>;

const failureSchema = z.object({ message: text, state: text, taskId: text, timestamp: text, version: text }).nullish().catch(null);

export const appBodySchema = z.object({
  id: z.string().min(1),
  version: text,
  versionInfo: z.object({ lastConfigChangeAt: z.string() }).nullish().catch(null),
  instances: z.number().int().nonnegative().default(1),
  cpus: amount,
  mem: amount,
  disk: amount,
  container: z
    .object({ docker: z.object({ image: z.string() }).nullish().catch(null) })
    .nullish()
    .catch(null),
  labels: stringMap,
  healthChecks: z.array(z.unknown()).nullish().catch([]),
  tasks: list(taskSchema),
  deployments: list(z.object({ id: z.string() })),
  lastTaskFailure: failureSchema,
  tasksStaged: count,
  tasksRunning: count,
  tasksHealthy: count,
  tasksUnhealthy: count,
});
export type WireApp = z.infer<typeof appBodySchema>;

export const appListSchema = z.object({ apps: z.array(appBodySchema) });
/** The app twice: as Berth reads it, and as it was answered. */
export const appSchema = z.object({ app: z.unknown().refine((body) => appBodySchema.safeParse(body).success) });

export const infoSchema = z.object({
  name: text,
  version: z.string().max(100),
  frameworkId: textOrNull,
  leader: textOrNull,
  marathon_config: z
    .object({ mesos_leader_ui_url: textOrNull, features: z.array(z.string()).nullish().catch([]) })
    .nullish()
    .catch(null),
});
export type WireInfo = z.infer<typeof infoSchema>;

const actionSchema = z.object({
  action: z.string().optional(),
  type: z.string().optional(),
  app: z.string().nullish(),
  pod: z.string().nullish(),
});
export type WireAction = z.infer<typeof actionSchema>;

/** Steps have been arrays and objects, their actions called `action` and `type`. */
export const stepSchema = z.union([z.array(actionSchema), z.object({ actions: z.array(actionSchema) }).transform((step) => step.actions)]);

export const deploymentsSchema = z.array(
  z.object({
    id: z.string(),
    version: text,
    affectedApps: list(z.string()),
    steps: list(stepSchema).catch([]),
    currentActions: list(actionSchema).catch([]),
    currentStep: count,
  }),
);
export type WireDeployment = z.infer<typeof deploymentsSchema>[number];

const rejectSchema = z.object({ reason: z.string(), declined: z.number().catch(0) });

export const queueSchema = z.object({
  queue: z.array(
    z.object({
      app: z.object({ id: z.string() }).nullish(),
      pod: z.object({ id: z.string() }).nullish(),
      count: count,
      delay: z
        .object({ timeLeftSeconds: z.number().catch(0).default(0), overdue: z.boolean().catch(true).default(true) })
        .nullish()
        .catch(null),
      since: textOrNull,
      processedOffersSummary: z
        .object({
          unusedOffersCount: z.number().nullish().catch(null),
          rejectSummaryLastOffers: list(rejectSchema).catch([]),
          rejectSummaryLaunchAttempt: list(rejectSchema).catch([]),
        })
        .nullish()
        .catch(null),
    }),
  ),
});
export type WireQueueItem = z.infer<typeof queueSchema>["queue"][number];

/** Every way Marathon confirms a change: `{version, deploymentId}`, or the app as stored with its deployments. */
export const changeSchema = z.object({
  version: z.string().optional().catch(undefined),
  deploymentId: z.string().optional().catch(undefined),
  deployments: z
    .array(z.object({ id: z.string() }))
    .optional()
    .catch(undefined),
});
export type WireChange = z.infer<typeof changeSchema>;
