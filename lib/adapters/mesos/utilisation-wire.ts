import { z } from "zod";

/** What a master says about the use of its cluster, as far as Berth reads it. Numbers it leaves out are none. */
const amount = z.number().nonnegative().catch(0).default(0);
const count = z.number().int().nonnegative().catch(0).default(0);

const resources = z
  .object({ cpus: amount, mem: amount, disk: amount })
  .nullish()
  .catch(null)
  .transform((value) => value ?? { cpus: 0, mem: 0, disk: 0 });

const slave = z.object({
  id: z.string(),
  hostname: z.string().catch(""),
  pid: z.string().max(300).catch(""),
  version: z.string().max(100).nullish().catch(null),
  registered_time: z.number().nullish().catch(null),
  active: z.boolean().catch(true).default(true),
  deactivated: z.boolean().catch(false).default(false),
  resources,
  used_resources: resources,
  offered_resources: resources,
  attributes: z
    .record(z.string(), z.union([z.string(), z.number()]).transform(String).catch(""))
    .nullish()
    .catch({}),
  TASK_RUNNING: count,
  TASK_STAGING: count,
  TASK_STARTING: count,
});
export type WireSlave = z.infer<typeof slave>;

/** Of a leading master's `GET /state-summary`. */
export const stateSummarySchema = z.object({
  hostname: z.string().catch(""),
  cluster: z.string().max(200).nullish().catch(null),
  slaves: z.array(slave),
});
export type WireStateSummary = z.infer<typeof stateSummarySchema>;

/** Of `GET /metrics/snapshot`: one flat object of numbers. */
export const metricsSchema = z.record(z.string(), z.unknown());

const containerStatistics = z
  .object({ timestamp: amount, cpus_user_time_secs: amount, cpus_system_time_secs: amount, mem_rss_bytes: amount })
  .nullish()
  .catch(null);

/** Of an agent's `GET /containers` (or the older `/monitor/statistics`). */
export const containersSchema = z.array(
  z.object({ container_id: z.string().catch(""), executor_id: z.string().catch(""), statistics: containerStatistics }),
);
export type WireContainers = z.infer<typeof containersSchema>;
