import type { Database } from "#lib/platform/database/client.ts";

/** All a step needs to know of one run. Null: there is none. */
export async function readRun(database: Database, id: string) {
  return database.jobRun.findUnique({
    where: { id },
    include: {
      release: { select: { id: true, environmentId: true, variables: true } },
      job: {
        include: {
          environment: {
            select: {
              id: true,
              projectId: true,
              clusterId: true,
              slug: true,
              desired: true,
              liveReleaseId: true,
              destroyedAt: true,
              project: { select: { slug: true, deletedAt: true } },
              stage: { select: { name: true, kind: true } },
            },
          },
        },
      },
    },
  });
}

export type StepRun = NonNullable<Awaited<ReturnType<typeof readRun>>>;

/** Whether the place it runs in is going away; then it ends, whatever it is doing. */
export function isPlaceGone({ job }: StepRun): boolean {
  const { environment } = job;
  return environment.destroyedAt !== null || environment.desired === "destroyed" || environment.project.deletedAt !== null;
}
