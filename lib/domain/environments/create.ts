import { randomUUID } from "node:crypto";

import { distinctSlugOf, hostLabelOf } from "#lib/core/slug.ts";
import type { StageKind, Transaction } from "#lib/platform/database/client.ts";
import { appendEvent } from "#lib/platform/events/append.ts";

import type { Actor } from "../access/policy.ts";
import { chosenCluster } from "../clusters/choice.ts";
import { appIdOf } from "./app-spec.ts";

interface Place {
  readonly project: { readonly id: string; readonly slug: string };
  readonly stage: { readonly id: string; readonly name: string; readonly kind: StageKind; readonly instances: number };
  /** Null where the stage has a single environment, and for a pull request. */
  readonly ref: { readonly id: string; readonly name: string; readonly slug: string } | null;
  /** The pull request it is for, with the name it goes by. */
  readonly pullRequest?: { readonly id: string; readonly name: string } | undefined;
  /** The domain of environments, e.g. preview.localhost */
  readonly baseHost: string;
}

export interface EnvironmentRow {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
}

/** Kinds whose environments need no stage in their host name: a ref has one of them. */
const shortHosts: readonly StageKind[] = ["review", "demo", "staging"];

/** The environment of a ref in a stage, or the stage's single one: the one that is there (locked for the transaction), or a new one. */
export async function ensureEnvironment(tx: Transaction, actor: Actor, place: Place): Promise<EnvironmentRow> {
  const found = await tx.$queryRaw<EnvironmentRow[]>`
    SELECT id, project_id AS "projectId", name FROM environment
    WHERE stage_id = ${place.stage.id}::uuid AND ref_id IS NOT DISTINCT FROM ${place.ref?.id ?? null}::uuid
      AND pull_request_id IS NOT DISTINCT FROM ${place.pullRequest?.id ?? null}::uuid AND destroyed_at IS NULL AND desired <> 'destroyed' FOR UPDATE`;
  if (found[0] !== undefined) return found[0];
  const slug = await freeSlug(tx, place);
  const named = place.pullRequest?.name ?? place.ref?.name;
  const created = await tx.environment.create({
    data: {
      projectId: place.project.id,
      stageId: place.stage.id,
      refId: place.ref?.id ?? null,
      pullRequestId: place.pullRequest?.id ?? null,
      clusterId: await chosenCluster(tx, place.stage.id),
      name: named === undefined ? place.stage.name : `${place.stage.name}/${named}`,
      slug,
      host: await freeHost(tx, place, slug),
      appId: appIdOf({ project: place.project.slug, stage: place.stage.name, slug }),
      instances: place.stage.instances,
      runtimeLogId: randomUUID(),
      createdByName: actor.name,
    },
    select: { id: true, projectId: true, name: true },
  });
  await appendEvent(tx, {
    kind: "environment.created",
    projectId: place.project.id,
    environmentId: created.id,
    actorName: actor.name,
    message: "Environment created",
  });
  return created;
}

/**
 * An environment that is still being taken down keeps its host, app and place until it is gone; the next one for the
 * same ref gets names of its own rather than waiting.
 */
async function freeSlug(tx: Transaction, place: Place): Promise<string> {
  const taken = async (slug: string) =>
    (await tx.environment.count({
      where: { destroyedAt: null, appId: appIdOf({ project: place.project.slug, stage: place.stage.name, slug }) },
    })) > 0;
  const wanted = place.pullRequest?.name ?? place.ref?.slug ?? place.stage.name;
  if (!(await taken(wanted))) return wanted;
  return distinctSlugOf(`${wanted}-${randomUUID()}`);
}

async function freeHost(tx: Transaction, place: Place, slug: string): Promise<string> {
  const withStage = `${hostLabelOf({ ref: slug, stage: place.stage.name, project: place.project.slug })}.${place.baseHost}`;
  const isOneOfMany = place.ref !== null || place.pullRequest !== undefined;
  if (isOneOfMany && !shortHosts.includes(place.stage.kind)) return withStage;
  const short = `${hostLabelOf({ ref: slug, project: place.project.slug })}.${place.baseHost}`;
  return (await tx.environment.count({ where: { host: short, destroyedAt: null } })) === 0 ? short : withStage;
}
