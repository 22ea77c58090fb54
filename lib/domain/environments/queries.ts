import { BerthError } from "#lib/core/errors.ts";
import type { Serving } from "#lib/core/states.ts";
import { isDeploymentOver } from "#lib/core/states.ts";
import type { RefKind, StageKind } from "#lib/platform/database/client.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { type DeploymentSummary, summaryOf, summarySelection } from "../deployments/summary.ts";
import { usualTimes } from "../deployments/usual.ts";
import { type ProjectHead, type Reader, headOf, headSelection, openEvents, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { type IncidentView, incidentViewOf } from "./incident-view.ts";
import { scalingFacts } from "./scaling.ts";
import { servingOf } from "./serving.ts";
import { environmentUrl } from "./url.ts";
import { type Availability, type EnvironmentVerb, availableVerbs } from "./verbs.ts";
import type { ScalingFacts } from "./words-of-scaling.ts";

export interface ReleaseRow {
  readonly id: string;
  readonly number: number;
  readonly commit: string;
  readonly subject: string | null;
  readonly digest: string;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly servedAt: Date | null;
  readonly live: boolean;
}

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
  readonly internal: { readonly appId: string; readonly image: string | null };
}

const historyLength = 50;
const timelineLength = 100;

const selection = {
  id: true,
  projectId: true,
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
  stage: { select: { id: true, name: true, title: true, kind: true, instances: true, cpus: true, mem: true } },
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
      deployments: { take: 1, select: { subject: true } },
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
  return pageOf(reader, actor, row, eventsUrl);
}

/** An environment by id, destroyed ones included. */
export async function getEnvironmentById(reader: Reader, actor: Actor, id: string): Promise<EnvironmentPage> {
  const eventsUrl = await openEvents(reader);
  return pageOf(reader, actor, await reader.database.environment.findUnique({ where: { id }, select: selection }), eventsUrl);
}

async function findRow(reader: Reader) {
  return reader.database.environment.findFirst({ select: selection });
}
type Row = NonNullable<Awaited<ReturnType<typeof findRow>>>;

async function pageOf(reader: Reader, actor: Actor, row: Row | null, eventsUrl: (projectId: string) => string): Promise<EnvironmentPage> {
  if (row === null || row.project.deletedAt !== null) throw new BerthError("not_found");
  const object = { type: "environment", projectId: row.projectId, stageKind: row.stage.kind } as const;
  authorise(actor, "view", object);
  const usual = await usualTimes(reader.database, row.projectId, kindsWhere(actor, "view", row.projectId));
  const summaries = row.deployments.map((deployment) => summaryOf(deployment, usual));
  const current = summaries.filter((summary) => !isDeploymentOver(summary.status)).at(-1) ?? null;
  const mayReadLogs = may(actor, "logs", object);
  const state = {
    projectId: row.projectId,
    stageKind: row.stage.kind,
    desired: row.desired,
    refGoneAt: row.ref?.goneAt ?? null,
    hasLiveRelease: row.liveReleaseId !== null,
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
    live: row.liveRelease === null ? null : releaseOf(row.liveRelease, row.liveReleaseId),
    current,
    last: summaries[0] ?? null,
    verbs,
    mayReadLogs,
    mayConfigure: may(actor, "configure", object),
    logUrl: mayReadLogs && row.destroyedAt === null ? `/stream/environments/${row.id}/log` : null,
    eventsUrl: eventsUrl(row.projectId),
    createdAt: row.createdAt,
    createdBy: row.createdByName,
    destroyedAt: row.destroyedAt,
    internal: {
      appId: row.appId,
      image: row.liveRelease === null ? null : `${row.liveRelease.image.repository}@${row.liveRelease.image.digest}`,
    },
  };
}

interface ReleaseSource {
  readonly id: string;
  readonly number: number;
  readonly commit: string;
  readonly createdAt: Date;
  readonly createdByName: string | null;
  readonly servedAt: Date | null;
  readonly image: { readonly digest: string };
  readonly deployments: ReadonlyArray<{ readonly subject: string | null }>;
}

function releaseOf(row: ReleaseSource, liveId: string | null): ReleaseRow {
  return {
    id: row.id,
    number: row.number,
    commit: row.commit,
    subject: row.deployments[0]?.subject ?? null,
    digest: row.image.digest,
    createdAt: row.createdAt,
    createdBy: row.createdByName,
    servedAt: row.servedAt,
    live: row.id === liveId,
  };
}

export type EnvironmentHistory = EnvironmentPage & {
  readonly releases: readonly ReleaseRow[];
  readonly deployments: readonly DeploymentSummary[];
};

/** The environment with its newest releases and deployments. */
export async function getEnvironmentHistory(reader: Reader, actor: Actor, slug: string, name: string): Promise<EnvironmentHistory> {
  const page = await getEnvironment(reader, actor, slug, name);
  const [releases, deployments, usual] = await Promise.all([
    reader.database.release.findMany({
      where: { environmentId: page.id },
      orderBy: { number: "desc" },
      take: historyLength,
      select: {
        id: true,
        number: true,
        commit: true,
        createdAt: true,
        createdByName: true,
        servedAt: true,
        image: { select: { digest: true } },
        deployments: { take: 1, select: { subject: true } },
      },
    }),
    reader.database.deployment.findMany({
      where: { environmentId: page.id },
      orderBy: { number: "desc" },
      take: historyLength,
      select: summarySelection,
    }),
    usualTimes(reader.database, page.project.id, kindsWhere(actor, "view", page.project.id)),
  ]);
  return {
    ...page,
    releases: releases.map((row) => releaseOf(row, page.live?.id ?? null)),
    deployments: deployments.map((row) => summaryOf(row, usual)),
  };
}

export interface TimelineEntry {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly message: string;
  readonly actor: string | null;
  readonly deploymentId: string | null;
}

/** The environment with what happened to it, the newest first. */
export async function getEnvironmentTimeline(
  reader: Reader,
  actor: Actor,
  slug: string,
  name: string,
): Promise<EnvironmentPage & { readonly timeline: readonly TimelineEntry[] }> {
  const page = await getEnvironment(reader, actor, slug, name);
  const object = { type: "environment", projectId: page.project.id, stageKind: page.stage.kind } as const;
  const events = await reader.database.event.findMany({
    where: {
      environmentId: page.id,
      message: { not: null },
      // They name variables, and those are only for whoever may configure.
      ...(may(actor, "configure", object) ? {} : { kind: { not: "variables.changed" } }),
    },
    orderBy: { id: "desc" },
    take: timelineLength,
  });
  const timeline = events.map((event) => ({
    id: String(event.id),
    at: event.at,
    kind: event.kind,
    message: event.message ?? "",
    actor: event.actorName,
    deploymentId: event.deploymentId,
  }));
  return { ...page, timeline };
}
