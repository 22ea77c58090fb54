import { z } from "zod";

import { isToldKind, type ToldKind } from "#lib/core/event-kinds.ts";
import type { Database, StageKind } from "#lib/platform/database/client.ts";

/** An event with the names of what it is about, as it is told. */
export interface ToldEvent {
  readonly id: bigint;
  readonly at: Date;
  readonly kind: ToldKind;
  readonly actorName: string | null;
  readonly message: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly project: { readonly id: string; readonly slug: string; readonly name: string };
  readonly environment: {
    readonly id: string;
    readonly name: string;
    readonly host: string;
    readonly refId: string | null;
    readonly stage: { readonly id: string; readonly kind: StageKind; readonly position: number; readonly verdictRequired: boolean };
  } | null;
  readonly deployment: {
    readonly id: string;
    readonly number: number;
    readonly commit: string;
    readonly requestedById: string | null;
  } | null;
}

const detailSchema = z.record(z.string(), z.unknown()).catch({});

/** Reads an event for telling it; null when nobody can be told: its project is gone, or it is of no kind that is told. */
export async function readToldEvent(database: Database, id: bigint): Promise<ToldEvent | null> {
  const event = await database.event.findUnique({ where: { id } });
  if (event === null || !isToldKind(event.kind) || event.projectId === null) return null;
  const project = await database.project.findFirst({
    where: { id: event.projectId, deletedAt: null },
    select: { id: true, slug: true, name: true },
  });
  if (project === null) return null;
  const environment =
    event.environmentId === null
      ? null
      : await database.environment.findFirst({
          where: { id: event.environmentId, projectId: project.id },
          select: {
            id: true,
            name: true,
            host: true,
            refId: true,
            stage: { select: { id: true, kind: true, position: true, verdictRequired: true } },
          },
        });
  // Who may view an environment that is not there any more can no longer be asked.
  if (event.environmentId !== null && environment === null) return null;
  const deployment = await deploymentOf(database, event.deploymentId, environment?.id ?? null);
  return {
    id: event.id,
    at: event.at,
    kind: event.kind,
    actorName: event.actorName,
    message: event.message,
    detail: detailSchema.parse(event.detail ?? {}),
    project,
    environment,
    deployment,
  };
}

/** The event's own deployment, else the environment's last. */
async function deploymentOf(database: Database, deploymentId: string | null, environmentId: string | null) {
  const select = { id: true, number: true, commit: true, requestedById: true } as const;
  if (deploymentId !== null) return database.deployment.findUnique({ where: { id: deploymentId }, select });
  if (environmentId === null) return null;
  return database.deployment.findFirst({ where: { environmentId }, orderBy: { number: "desc" }, select });
}
