import { BerthError } from "#lib/core/errors.ts";
import type { StageKind } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import type { Blocker } from "../blockers/blocker.ts";
import { usualTimes } from "../deployments/usual.ts";
import { policyObject } from "../environments/load.ts";
import type { Reader } from "../projects/head.ts";
import { configurationOf } from "../verdicts/configuration.ts";
import { readLive } from "../verdicts/live.ts";
import { readVariableFacts } from "../verdicts/variable-facts.ts";
import { promotionBlockers } from "./blockers.ts";
import { type Difference, differencesOf } from "./differences.ts";
import { type RangeView, readRangeView } from "./range-view.ts";

/** A dry run: what would change, and what keeps it from happening. */
export interface Plan {
  readonly kind: "promotion" | "rollback";
  readonly from: {
    readonly environmentId: string;
    readonly name: string;
    readonly release: number;
    readonly digest: string;
    readonly commit: string;
  };
  readonly to: { readonly stage: string; readonly title: string; readonly environment: string };
  /** What runs there now. */
  readonly running: { readonly release: number; readonly digest: string; readonly commit: string } | null;
  readonly sameImage: boolean;
  readonly commits: RangeView;
  /** Null for whoever may not configure there: names and values are not his to read. */
  readonly variables: readonly Difference[] | null;
  readonly variablesCount: number;
  readonly settings: readonly Difference[];
  readonly instances: number;
  /** How long it usually takes there, in milliseconds. */
  readonly usualMs: number | null;
  readonly blockers: readonly Blocker[];
  /** Second people who have to agree. */
  readonly approvals: number;
}

const noEnvironment = "00000000-0000-0000-0000-000000000000";

const releaseSelection = {
  id: true,
  number: true,
  commit: true,
  variables: true,
  cpus: true,
  mem: true,
  port: true,
  healthPath: true,
  app: true,
  image: { select: { digest: true } },
} as const;

/** What promoting an environment's live release into a stage would change. For whoever may promote there. */
export async function getPromotionPlan(reader: Reader, actor: Actor, environmentId: string, to: string): Promise<Plan> {
  const { database } = reader;
  const source = await database.environment.findFirst({
    where: { id: environmentId, destroyedAt: null, project: { deletedAt: null } },
    select: {
      id: true,
      name: true,
      projectId: true,
      refId: true,
      stage: { select: { kind: true } },
      liveRelease: { select: releaseSelection },
    },
  });
  if (source === null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: source.projectId, stageKind: source.stage.kind }));
  const stage = await database.stage.findFirst({
    where: { projectId: source.projectId, removedAt: null, OR: [{ name: to }, ...(/^[0-9a-f-]{36}$/.test(to) ? [{ id: to }] : [])] },
  });
  if (stage === null) throw new BerthError("not_found");
  authorise(actor, "promote", policyObject({ projectId: source.projectId, stageKind: stage.kind }));
  const live = source.liveRelease;
  if (live === null) throw new BerthError("not_live");
  const target = await database.environment.findFirst({
    where: { stageId: stage.id, refId: stage.perRef ? source.refId : null, destroyedAt: null },
    select: { id: true, name: true, instances: true, liveRelease: { select: releaseSelection } },
  });
  const [blockers, changes, shared] = await Promise.all([
    promotionBlockers(database, { environmentId, toStageId: stage.id, at: new Date() }),
    target?.liveRelease == null
      ? firstConfiguration(reader, { projectId: source.projectId, stageId: stage.id }, live)
      : nextConfiguration(reader, target.id),
    sharedOf(reader, { projectId: source.projectId, stageKind: stage.kind }, target?.liveRelease ?? null, live.commit),
  ]);
  const place = stage.perRef ? source.name.slice(source.name.indexOf("/") + 1) : null;
  return {
    kind: "promotion",
    from: { environmentId, name: source.name, release: live.number, digest: live.image.digest, commit: live.commit },
    to: { stage: stage.name, title: stage.title, environment: target?.name ?? (place === null ? stage.name : `${stage.name}/${place}`) },
    sameImage: target?.liveRelease?.image.digest === live.image.digest,
    ...shared,
    ...shown(actor, { projectId: source.projectId, stageKind: stage.kind }, changes),
    instances: target?.instances ?? stage.instances,
    blockers,
    approvals: stage.approvalsRequired,
  };
}

/** What going back to a release would change. For whoever may roll back there. */
export async function getRollbackPlan(
  reader: Reader,
  actor: Actor,
  environmentId: string,
  wanted: string | number,
  keep: "configuration" | "image" | null,
): Promise<Plan> {
  const { database } = reader;
  const environment = await database.environment.findFirst({
    where: { id: environmentId, destroyedAt: null, project: { deletedAt: null } },
    select: { name: true, projectId: true, instances: true, stage: true, liveRelease: { select: releaseSelection } },
  });
  if (environment === null) throw new BerthError("not_found");
  const { stage, projectId } = environment;
  const object = policyObject({ projectId, stageKind: stage.kind });
  authorise(actor, "deploy", object);
  const release = await database.release.findFirst({
    where: { environmentId, ...(typeof wanted === "number" ? { number: wanted } : { id: wanted }) },
    select: { ...releaseSelection, servedAt: true },
  });
  if (release === null) throw new BerthError("not_found");
  if (release.servedAt === null) throw new BerthError("never_served");
  const live = environment.liveRelease;
  const image = keep === "image" && live !== null ? live : release;
  const next = (await readLive(database, [environmentId])).get(environmentId);
  const before = live === null ? configurationOf(release) : configurationOf(live);
  const after = keep === "configuration" ? (next?.pending ?? before) : configurationOf(release);
  return {
    kind: "rollback",
    from: { environmentId, name: environment.name, release: release.number, digest: image.image.digest, commit: image.commit },
    to: { stage: stage.name, title: stage.title, environment: environment.name },
    sameImage: live?.image.digest === image.image.digest,
    ...(await sharedOf(reader, { projectId, stageKind: stage.kind }, live, image.commit)),
    ...shown(actor, { projectId, stageKind: stage.kind }, changesOf(before, after)),
    instances: environment.instances,
    blockers: [],
    approvals: 0,
  };
}

type Release = { readonly number: number; readonly commit: string; readonly image: { readonly digest: string } };
interface Place {
  readonly projectId: string;
  readonly stageKind: StageKind;
}

async function sharedOf(reader: Reader, place: Place, running: Release | null, toCommit: string) {
  const [commits, usual] = await Promise.all([
    readRangeView(reader.database, place.projectId, running?.commit ?? null, toCommit),
    usualTimes(reader.database, place.projectId, [place.stageKind]),
  ]);
  const steps = ["start", "verify", "route"].map((step) => usual.get(step) ?? 0);
  return {
    running: running === null ? null : { release: running.number, digest: running.image.digest, commit: running.commit },
    commits,
    usualMs: usual.size === 0 ? null : steps.reduce((sum, ms) => sum + ms, 0),
  };
}

interface Changes {
  readonly variables: readonly Difference[];
  readonly settings: readonly Difference[];
}

function changesOf(before: ReturnType<typeof configurationOf>, after: ReturnType<typeof configurationOf>): Changes {
  return { variables: differencesOf(before.variables, after.variables), settings: differencesOf(before.settings, after.settings) };
}

/** From what runs there to what the next deployment there takes. */
async function nextConfiguration(reader: Reader, environmentId: string): Promise<Changes> {
  const there = (await readLive(reader.database, [environmentId])).get(environmentId);
  return there === undefined ? { variables: [], settings: [] } : changesOf(there.configuration, there.pending);
}

/** Where nothing runs yet: from what was tested to what the stage would give it. */
async function firstConfiguration(
  reader: Reader,
  place: { projectId: string; stageId: string },
  tested: Parameters<typeof configurationOf>[0],
): Promise<Changes> {
  const facts = (await readVariableFacts(reader.database, [{ ...place, id: noEnvironment, pullRequestId: null }])).get(noEnvironment);
  return { variables: differencesOf(configurationOf(tested).variables, facts?.variables ?? {}), settings: [] };
}

function shown(actor: Actor, place: Place, { variables, settings }: Changes) {
  const mayRead = may(actor, "configure", policyObject(place));
  return { variables: mayRead ? variables : null, variablesCount: variables.length, settings };
}
