import { openDeploymentStatuses } from "#lib/core/states.ts";
import type { Database } from "#lib/platform/database/client.ts";

/** All a reconciler needs to know of one environment, read in one go. */
export async function readSnapshot(database: Database, environmentId: string) {
  const environment = await database.environment.findUnique({
    where: { id: environmentId },
    include: {
      project: { select: { id: true, slug: true, name: true, port: true, healthPath: true, healthTimeoutSeconds: true, deletedAt: true } },
      stage: {
        select: {
          id: true,
          name: true,
          title: true,
          kind: true,
          starts: true,
          verdictRequired: true,
          autoRollback: true,
          rollbackAfterSeconds: true,
          instances: true,
          cpus: true,
          mem: true,
        },
      },
      ref: { select: { kind: true, name: true, slug: true } },
      liveRelease: { include: { image: true } },
      route: true,
      deployments: {
        where: { status: { in: [...openDeploymentStatuses] } },
        orderBy: { number: "asc" },
        include: {
          build: { include: { image: true } },
          release: { include: { image: true } },
          image: true,
          promotion: { select: { id: true, kind: true, tag: true, freezeOverridden: true } },
          steps: { where: { name: { in: ["start", "verify"] } } },
        },
      },
    },
  });
  return environment === null || environment.destroyedAt !== null ? null : environment;
}

export type Snapshot = NonNullable<Awaited<ReturnType<typeof readSnapshot>>>;
export type OpenDeployment = Snapshot["deployments"][number];
export type ReleaseWithImage = NonNullable<Snapshot["liveRelease"]>;

/** What a step of the loop answers: look again at once, look again after a while, or nothing is left to do. */
export type Next =
  | { readonly kind: "again" }
  /** `keeps`: the step wrote nothing and waits for the cluster alone, so the snapshot need not be read again. */
  | { readonly kind: "wait"; readonly ms: number; readonly keeps: boolean }
  | { readonly kind: "idle" };
export const again: Next = { kind: "again" };
export const idle: Next = { kind: "idle" };
export const wait = (ms: number): Next => ({ kind: "wait", ms, keeps: false });
export const watch = (ms: number): Next => ({ kind: "wait", ms, keeps: true });
