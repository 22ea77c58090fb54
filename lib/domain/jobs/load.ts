import { BerthError } from "#lib/core/errors.ts";
import type { StageKind, Transaction } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";

const placeSelection = {
  id: true,
  name: true,
  projectId: true,
  desired: true,
  liveReleaseId: true,
  clusterId: true,
  destroyedAt: true,
  stage: { select: { kind: true, cpus: true, mem: true } },
  project: { select: { deletedAt: true } },
} as const;

/** Where a job is, as commands need it. */
export interface JobPlace {
  readonly projectId: string;
  readonly environmentId: string;
  readonly environmentName: string;
  readonly stageKind: StageKind;
}

/** A job with its row locked, for somebody who may view its environment; `not_found` for everybody else. */
export async function lockVisibleJob(tx: Transaction, actor: Actor, id: string) {
  const seen = await tx.job.findFirst({ where: { id, deletedAt: null }, select: { environment: { select: placeSelection } } });
  const environment = seen?.environment;
  if (environment === undefined || environment.destroyedAt !== null || environment.project.deletedAt !== null)
    throw new BerthError("not_found");
  const object = policyObject({ projectId: environment.projectId, stageKind: environment.stage.kind });
  if (!may(actor, "view", object)) throw new BerthError("not_found");
  await tx.$queryRaw`SELECT id FROM job WHERE id = ${id}::uuid FOR UPDATE`;
  const job = await tx.job.findFirst({ where: { id, deletedAt: null } });
  if (job === null) throw new BerthError("not_found");
  return { job, environment, ...placeOf(environment) };
}

function placeOf(environment: { id: string; name: string; projectId: string; stage: { kind: StageKind } }): JobPlace {
  return {
    projectId: environment.projectId,
    environmentId: environment.id,
    environmentName: environment.name,
    stageKind: environment.stage.kind,
  };
}

/** What an audit entry says of a job. */
export function jobSubject(loaded: JobPlace & { readonly job: { readonly id: string; readonly name: string } }) {
  return {
    objectType: "job",
    objectId: loaded.job.id,
    objectName: `${loaded.job.name} of ${loaded.environmentName}`,
    projectId: loaded.projectId,
    environmentId: loaded.environmentId,
    stageKind: loaded.stageKind,
  };
}
