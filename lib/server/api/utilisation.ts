import { z } from "zod";

import { getUtilisation } from "#lib/domain/utilisation/queries.ts";
import { sorts } from "#lib/domain/utilisation/takers.ts";

import { operation } from "./operation.ts";

const time = z
  .date()
  .transform((date) => date.toISOString())
  .pipe(z.iso.datetime())
  .meta({ type: "string", format: "date-time" });
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const amounts = z.object({ cpus: z.number(), mem: z.number(), disk: z.number() }).meta({ id: "Amounts" });
const used = z.object({ cpus: z.number(), mem: z.number() }).nullable();
const taken = { tasks: z.number(), promised: amounts, used };
const takers = z
  .object({
    projects: list(
      z.object({
        ...taken,
        slug: z.string(),
        name: z.string(),
        environments: list(z.object({ ...taken, id: z.uuid(), name: z.string() })),
        moreEnvironments: z.number(),
      }),
    ),
    moreProjects: z.number(),
    others: z.object(taken).nullable(),
  })
  .meta({ id: "Takers" });
const part = { total: amounts, promised: amounts, free: amounts, used, takers, foreign: z.object({ promised: amounts, used }).nullable() };

const clusterSchema = z
  .object({
    ...part,
    key: z.string(),
    name: z.string(),
    readAt: time,
    isStale: z.boolean(),
    tasks: z.number(),
    hosts: list(
      z.object({
        ...part,
        id: z.string(),
        name: z.string(),
        active: z.boolean(),
        tasks: z.object({ running: z.number(), starting: z.number() }),
      }),
    ),
    moreHosts: z.number(),
  })
  .meta({ id: "ClusterUtilisation" });

export const utilisationOperations = [
  operation({
    method: "GET",
    path: "/utilisation",
    id: "getUtilisation",
    summary: "What every cluster and host has, what is promised and used of it (memory and disk in MiB), and which project takes it",
    tag: "clusters",
    query: z.strictObject({ sort: z.enum(sorts).optional() }),
    success: { status: 200, schema: z.object({ clusters: list(clusterSchema) }) },
    run: async ({ services, actor, query: { sort } }) => ({ clusters: await getUtilisation(services, actor, sort ?? "mem") }),
  }),
];
