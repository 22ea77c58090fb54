import { BerthError } from "#lib/core/errors.ts";
import type { Serving } from "#lib/core/states.ts";
import { isDeploymentOver } from "#lib/core/states.ts";
import type { RefKind, StageKind } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { type EnvironmentCluster, clustersOfEnvironments } from "../clusters/queries.ts";
import { type DeploymentSummary, summaryOf, summarySelection } from "../deployments/summary.ts";
import { usualTimes } from "../deployments/usual.ts";
import { type ProjectHead, type Reader, headOf, headSelection, openEvents, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { isGated } from "../promotions/gated.ts";
import { type MovedTag, movedTagOf } from "../refs/moved-tag.ts";
import { type Standing, noStanding, standingsOf } from "../verdicts/standing.ts";
import { type IncidentView, incidentViewOf } from "./incident-view.ts";
import { policyObject } from "./load.ts";
import { type ReleaseRow, releaseRowOf } from "./release-row.ts";
import { scalingFacts } from "./scaling.ts";
import { servingOf } from "./serving.ts";
import { environmentUrl } from "./url.ts";
import { type Availability, type EnvironmentVerb, availableVerbs } from "./verbs.ts";
import type { ScalingFacts } from "./words-of-scaling.ts";

export interface EnvironmentPage {
  readonly project: ProjectHead;
  readonly id: string;
  readonly name: string;
  readonly stage: { readonly id: string; readonly name: string; readonly title: string; readonly kind: StageKind };
  readonly ref: { readonly kind: RefKind; readonly name: string; readonly goneAt: Date | null } | null;
  readonly url: string;
  readonly desired: "running" | "stopped" | "destroyed";
  readonly serving: Serving;
  readonly servingDetail: string | null;
  readonly instances: number;
  /** For whoever may scale; null for all others. */
  readonly scaling: ScalingFacts | null;
  /** Tasks that ended by themselves and are missing now, or went and were replaced a moment ago. */
  readonly incident: IncidentView | null;
  readonly live: ReleaseRow | null;
  /** What testers said of what is live. */
  readonly standing: Standing;
  /** Its tag names another commit than what is live; `mayTake`: a redeploy can take that one. */
  readonly movedTag: (MovedTag & { readonly mayTake: boolean }) | null;
  readonly current: DeploymentSummary | null;
  readonly last: DeploymentSummary | null;
  readonly verbs: Partial<Record<EnvironmentVerb, Availability>>;
  readonly mayReadLogs: boolean;
  /** Whether he may see its variables. */
  readonly mayConfigure: boolean;
  readonly logUrl: string | null;
  readonly eventsUrl: string;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly destroyedAt: Date | null;
  /** Where it runs; null before the worker's first start. */
  readonly cluster: EnvironmentCluster | null;
  readonly internal: { readonly appId: string; readonly image: string | null };
}

const listedAtMost = 200;

const selection = {
  id: true,
  projectId: true,
  clusterId: true,
  name: true,
  host: true,
  desired: true,
  health: true,
  healthDetail: true,
  instances: true,
  incident: true,
  resetDelayAt: true,
  appId: true,
  liveReleaseId: true,
  createdAt: true,
  createdByName: true,
  destroyedAt: true,
  project: { select: { ...headSelection, deletedAt: true } },
  stage: {
    select: {
      id: true,
      name: true,
      title: true,
      kind: true,
      starts: true,
      verdictRequired: true,
      instances: true,
      cpus: true,
      mem: true,
    },
  },
  ref: { select: { kind: true, name: true, goneAt: true, commit: true, subject: true } },
  liveRelease: {
    select: {
      id: true,
      number: true,
      commit: true,
      createdAt: true,
      createdByName: true,
      servedAt: true,
      cpus: true,
      mem: true,
      image: { select: { digest: true, repository: true } },
      deployments: { orderBy: { number: "asc" }, take: 1, select: { subject: true, refName: true } },
    },
  },
  deployments: { orderBy: { number: "desc" }, take: 3, select: summarySelection },
} as const;

/** An environment by its name (`review/issue-1`) in a project; the one that exists wins over destroyed ones of the same name. */
export async function getEnvironment(reader: Reader, actor: Actor, slug: string, name: string): Promise<EnvironmentPage> {
  const [project, eventsUrl] = await Promise.all([readProject(reader, actor, slug), openEvents(reader)]);
  const row = await reader.database.environment.findFirst({
    where: { projectId: project.id, name },
    orderBy: [{ destroyedAt: { sort: "desc", nulls: "first" } }, { createdAt: "desc" }],
    select: selection,
  });
  return onePage(reader, actor, row, eventsUrl);
}

/** An environment by id, destroyed ones included. */
export async function getEnvironmentById(reader: Reader, actor: Actor, id: string): Promise<EnvironmentPage> {
  const eventsUrl = await openEvents(reader);
  return onePage(reader, actor, await reader.database.environment.findUnique({ where: { id }, select: selection }), eventsUrl);
}

/** A project's environments that the actor may view, the newest first; at most two hundred. */
export async function listEnvironments(reader: Reader, actor: Actor, slug: string): Promise<EnvironmentPage[]> {
  const project = await readProject(reader, actor, slug);
  const eventsUrl = await openEvents(reader);
  const rows = await reader.database.environment.findMany({
    where: { projectId: project.id, destroyedAt: null, stage: { kind: { in: kindsWhere(actor, "view", project.id) } } },
    orderBy: { createdAt: "desc" },
    take: listedAtMost,
    select: selection,
  });
  return pagesOf(reader, actor, rows, eventsUrl);
}

async function findRow(reader: Reader) {
  return reader.database.environment.findFirst({ select: selection });
}
type Row = NonNullable<Awaited<ReturnType<typeof findRow>>>;
type EventsUrl = (projectId: string) => string;

async function onePage(reader: Reader, actor: Actor, row: Row | null, eventsUrl: EventsUrl): Promise<EnvironmentPage> {
  if (row === null || row.project.deletedAt !== null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: row.projectId, stageKind: row.stage.kind }));
  const [page] = await pagesOf(reader, actor, [row], eventsUrl);
  if (page === undefined) throw new BerthError("not_found");
  return page;
}

/** Environments of one project that may be viewed; what all of them need is read once. */
async function pagesOf(reader: Reader, actor: Actor, rows: readonly Row[], eventsUrl: EventsUrl): Promise<EnvironmentPage[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const [usual, standings, clusters] = await Promise.all([
    usualTimes(reader.database, first.projectId, kindsWhere(actor, "view", first.projectId)),
    standingsOf(
      reader.database,
      rows.map(({ id }) => id),
    ),
    clustersOfEnvironments(
      reader,
      rows.map(({ clusterId }) => clusterId),
    ),
  ]);
  const pages: EnvironmentPage[] = [];
  for (const row of rows) {
    const cluster = clusters.get(row.clusterId) ?? null;
    const shared = { usual, cluster, standing: standings.get(row.id) ?? noStanding, eventsUrl: eventsUrl(row.projectId) };
    pages.push(await pageOf(reader, actor, row, shared));
  }
  return pages;
}

interface Shared {
  readonly cluster: EnvironmentCluster | null;
  readonly usual: ReadonlyMap<string, number>;
  readonly standing: Standing;
  readonly eventsUrl: string;
}

async function pageOf(reader: Reader, actor: Actor, row: Row, { usual, standing, cluster, eventsUrl }: Shared): Promise<EnvironmentPage> {
  const object = policyObject({ projectId: row.projectId, stageKind: row.stage.kind });
  const summaries = row.deployments.map((deployment) => summaryOf(deployment, usual));
  const current = summaries.filter((summary) => !isDeploymentOver(summary.status)).at(-1) ?? null;
  const mayReadLogs = may(actor, "logs", object);
  const state = {
    projectId: row.projectId,
    stageKind: row.stage.kind,
    desired: row.desired,
    refGoneAt: row.ref?.goneAt ?? null,
    hasLiveRelease: row.liveReleaseId !== null,
    gated: isGated(row.stage),
  };
  const verbs = row.destroyedAt === null ? availableVerbs(actor, state, current) : {};
  return {
    project: headOf(reader.settings, actor, row.project),
    id: row.id,
    name: row.name,
    stage: { id: row.stage.id, name: row.stage.name, title: row.stage.title, kind: row.stage.kind },
    ref: row.ref === null ? null : { kind: row.ref.kind, name: row.ref.name, goneAt: row.ref.goneAt },
    url: environmentUrl(reader.settings.previewOrigin, row.host),
    desired: row.desired,
    serving: servingOf(row.health, row.liveReleaseId !== null),
    servingDetail: row.healthDetail,
    instances: row.instances,
    scaling: verbs.scale === undefined ? null : await scalingFacts(reader, row),
    incident: incidentViewOf(row, { mayReadLogs, mayTryNow: may(actor, "deploy", object) }),
    live: row.liveRelease === null ? null : releaseRowOf(row.liveRelease, row.liveReleaseId),
    standing,
    movedTag: movedTagFor(row, !state.gated && verbs.redeploy?.reason === null),
    current,
    last: summaries[0] ?? null,
    verbs,
    mayReadLogs,
    mayConfigure: may(actor, "configure", object),
    logUrl: mayReadLogs && row.destroyedAt === null ? `/stream/environments/${row.id}/log` : null,
    eventsUrl,
    createdAt: row.createdAt,
    createdBy: row.createdByName,
    destroyedAt: row.destroyedAt,
    cluster,
    internal: {
      appId: row.appId,
      image: row.liveRelease === null ? null : `${row.liveRelease.image.repository}@${row.liveRelease.image.digest}`,
    },
  };
}

function movedTagFor({ ref, liveRelease, destroyedAt }: Row, mayTake: boolean): EnvironmentPage["movedTag"] {
  if (ref === null || destroyedAt !== null) return null;
  const place = { refKind: ref.kind, refName: ref.name, refCommit: ref.commit, refGoneAt: ref.goneAt };
  const moved = movedTagOf({ ...place, liveCommit: liveRelease?.commit ?? null });
  return moved === null ? null : { ...moved, mayTake };
}
