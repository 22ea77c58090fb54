import { z } from "zod";

import { getMeasures, periodIn } from "#lib/domain/measures/queries.ts";

import { operation } from "./operation.ts";
import { slugParams, time } from "./schemas.ts";

const measureSchema = z
  .object({
    name: z.enum(["lead_time", "frequency", "failure_rate", "time_to_restore", "review_wait"]),
    value: z.number().nullable(),
    unit: z.enum(["ms", "share", "per_week"]),
    rows: z.array(
      z.object({ deploymentId: z.uuid().nullable(), environment: z.string(), words: z.string(), at: time, ms: z.number().nullable() }),
    ),
  })
  .meta({ id: "Measure" });

/** How a project delivers. */
export const measureOperations = [
  operation({
    method: "GET",
    path: "/projects/{slug}/measures",
    id: "getMeasures",
    summary: "Lead time, deployment frequency, failure rate, time to restore and review wait, each with its rows",
    tag: "projects",
    params: slugParams,
    query: z.object({ days: z.enum(["7", "30", "90"]).optional() }),
    success: { status: 200, schema: z.object({ days: z.number(), measures: z.array(measureSchema) }).meta({ id: "Measures" }) },
    async run({ services, actor, params, query }) {
      const { days, measures } = await getMeasures(services, actor, params.slug, periodIn(query.days));
      return { days, measures: measures.map((measure) => ({ ...measure, rows: [...measure.rows] })) };
    },
  }),
];
