import { z } from "zod";

import type { Database } from "#lib/platform/database/client.ts";

/** A job that another scheduler keeps, with the runs that have not ended. */
export async function readJob(database: Database, id: string) {
  return database.job.findUniqueOrThrow({
    where: { id },
    include: {
      environment: {
        select: {
          id: true,
          projectId: true,
          name: true,
          slug: true,
          desired: true,
          liveReleaseId: true,
          destroyedAt: true,
          project: { select: { slug: true, deletedAt: true } },
          stage: { select: { name: true } },
        },
      },
      runs: { where: { status: { in: ["waiting", "running"] } }, orderBy: { number: "asc" } },
    },
  });
}
export type SyncedJob = Awaited<ReturnType<typeof readJob>>;

/** What it is called there: a function of rows, in letters both schedulers take. */
export function outsideName(job: Pick<SyncedJob, "id" | "name" | "environment">): string {
  const { project, stage, slug } = job.environment;
  return ["berth", project.slug, stage.name, slug, `${job.name}-${job.id.slice(0, 8)}`].join(".");
}

const countsSchema = z.object({ counts: z.object({ succeeded: z.number(), failed: z.number() }) });

/** How many runs of each kind were written down; null before the first look. */
export function countsOf(state: unknown): { readonly succeeded: number; readonly failed: number } | null {
  return countsSchema.safeParse(state).data?.counts ?? null;
}
