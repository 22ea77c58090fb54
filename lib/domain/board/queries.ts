import type { Problem } from "#lib/core/problem.ts";
import { openDeploymentStatuses } from "#lib/core/states.ts";
import { type DeploymentStatus, type Serving } from "#lib/core/states.ts";
import type { RefKind, StageKind, StageStart } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { stepTitle } from "../deployments/summary.ts";
import { usualTimes } from "../deployments/usual.ts";
import { servingOf } from "../environments/serving.ts";
import { environmentUrl } from "../environments/url.ts";
import { type Availability, type EnvironmentVerb, availableVerbs } from "../environments/verbs.ts";
import { type ProjectHead, type Reader, headOf, openEvents, readProject, storedProblem } from "../projects/head.ts";
import { describeRule, stageTakes } from "../projects/pipeline.ts";
import { kindsWhere } from "../projects/visible.ts";

export interface BoardCard {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly ref: { readonly kind: RefKind; readonly name: string } | null;
  readonly url: string;
  readonly desired: "running" | "stopped" | "destroyed";
  readonly serving: Serving;
  readonly servingDetail: string | null;
  readonly release: { readonly number: number; readonly commit: string; readonly digest: string; readonly subject: string | null } | null;
  readonly lastDeployment: {
    readonly id: string;
    readonly status: DeploymentStatus;
    readonly step: string | null;
    readonly startedAt: Date | null;
    readonly usualMs: number | null;
    readonly problem: Problem | null;
  } | null;
  readonly who: string | null;
  readonly changedAt: Date;
  readonly verbs: Partial<Record<EnvironmentVerb, Availability>>;
}

export interface BoardRef {
  readonly id: string;
  readonly kind: RefKind;
  readonly name: string;
  readonly commit: string;
  readonly subject: string | null;
  readonly author: string | null;
  readonly changedAt: Date;
  readonly preview: Availability | undefined;
}

export interface BoardColumn {
  readonly stage: {
    readonly id: string;
    readonly name: string;
    readonly title: string;
    readonly kind: StageKind;
    readonly starts: StageStart;
    readonly hint: string;
  };
  /** The newest; `total` counts them all. */
  readonly cards: readonly BoardCard[];
  readonly total: number;
  readonly refs: readonly BoardRef[];
  readonly moreRefs: number;
}

export interface Board {
  readonly project: ProjectHead;
  readonly columns: readonly BoardColumn[];
  readonly empty: boolean;
  readonly eventsUrl: string;
}

const cardsPerColumn = 24;
const refsPerColumn = 20;
const refsRead = 1_000;

/** Where is what: the project's stages as columns, their environments as cards, and the refs that could become one. */
export async function getBoard(reader: Reader, actor: Actor, slug: string): Promise<Board> {
  const project = await readProject(reader, actor, slug);
  const { database } = reader;
  const eventsUrl = await openEvents(reader);
  // Hidden stages are left out in the database: they take no place in a list and no part in a number.
  const kinds = kindsWhere(actor, "view", project.id);
  const [visible, environments, refs, usual] = await Promise.all([
    database.stage.findMany({ where: { projectId: project.id, kind: { in: kinds } }, orderBy: { position: "asc" } }),
    readCards(reader, project.id, kinds),
    database.ref.findMany({ where: { projectId: project.id, goneAt: null }, orderBy: { changedAt: "desc" }, take: refsRead }),
    usualTimes(database, project.id, kinds),
  ]);
  const total = [...usual.values()].reduce((sum, ms) => sum + ms, 0);
  return {
    project: headOf(reader.settings, actor, project),
    empty: refs.length === 0 && environments.length === 0,
    eventsUrl: eventsUrl(project.id),
    columns: visible.map((stage) => {
      const mayDeploy = may(actor, "deploy", { type: "environment", projectId: project.id, stageKind: stage.kind });
      const own = environments.filter((environment) => environment.stageId === stage.id);
      const taken = new Set(own.filter((environment) => environment.desired !== "destroyed").map((environment) => environment.refId));
      const free =
        stage.starts === "by_promotion" ? [] : refs.filter((ref) => !taken.has(ref.id) && stageTakes(stage, ref, project.defaultBranch));
      return {
        stage: { id: stage.id, name: stage.name, title: stage.title, kind: stage.kind, starts: stage.starts, hint: hintOf(stage) },
        total: own.length,
        cards: own.slice(0, cardsPerColumn).map((row) => cardOf(reader, actor, stage.kind, row, total === 0 ? null : total)),
        refs: free.slice(0, refsPerColumn).map((ref) => ({
          id: ref.id,
          kind: ref.kind,
          name: ref.name,
          commit: ref.commit,
          subject: ref.subject,
          author: ref.authorName,
          changedAt: ref.committedAt ?? ref.changedAt,
          preview: mayDeploy ? { reason: null } : undefined,
        })),
        moreRefs: Math.max(0, free.length - refsPerColumn),
      };
    }),
  };
}

function hintOf(stage: { starts: StageStart; refKind: RefKind | null; refPattern: string; perRef: boolean }): string {
  const rule = describeRule(stage);
  if (stage.starts === "by_promotion") return "Filled by promotion, once a tester has approved what runs before it.";
  if (stage.starts === "on_click") return `Takes ${rule}. Push one, then click Preview.`;
  return `Takes ${rule}, by itself, as soon as it is pushed.`;
}

const cardSelection = {
  id: true,
  stageId: true,
  refId: true,
  projectId: true,
  name: true,
  slug: true,
  host: true,
  desired: true,
  health: true,
  healthDetail: true,
  liveReleaseId: true,
  changedAt: true,
  createdByName: true,
  ref: { select: { kind: true, name: true, goneAt: true, commit: true, subject: true } },
  liveRelease: { select: { number: true, commit: true, image: { select: { digest: true } } } },
  deployments: {
    orderBy: { number: "desc" },
    take: 1,
    select: {
      id: true,
      status: true,
      startedAt: true,
      commit: true,
      subject: true,
      requestedByName: true,
      errorCode: true,
      errorText: true,
      steps: { where: { status: "running" }, select: { name: true } },
    },
  },
} as const;

async function readCards(reader: Reader, projectId: string, kinds: StageKind[]) {
  return reader.database.environment.findMany({
    where: { projectId, destroyedAt: null, stage: { kind: { in: kinds } } },
    select: cardSelection,
    orderBy: { changedAt: "desc" },
    take: 1_000,
  });
}

type CardRow = Awaited<ReturnType<typeof readCards>>[number];

function cardOf(reader: Reader, actor: Actor, stageKind: StageKind, row: CardRow, usualMs: number | null): BoardCard {
  const [last] = row.deployments;
  const open = last !== undefined && openDeploymentStatuses.some((status) => status === last.status);
  const state = {
    projectId: row.projectId,
    stageKind,
    desired: row.desired,
    refGoneAt: row.ref?.goneAt ?? null,
    hasLiveRelease: row.liveReleaseId !== null,
  };
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    ref: row.ref === null ? null : { kind: row.ref.kind, name: row.ref.name },
    url: environmentUrl(reader.settings.previewOrigin, row.host),
    desired: row.desired,
    serving: servingOf(row.health, row.liveReleaseId !== null),
    servingDetail: row.healthDetail,
    release:
      row.liveRelease === null
        ? null
        : {
            number: row.liveRelease.number,
            commit: row.liveRelease.commit,
            digest: row.liveRelease.image.digest,
            subject:
              row.ref?.commit === row.liveRelease.commit ? row.ref.subject : last?.commit === row.liveRelease.commit ? last.subject : null,
          },
    lastDeployment:
      last === undefined
        ? null
        : {
            id: last.id,
            status: last.status,
            step: last.steps[0] === undefined ? null : stepTitle(last.steps[0].name),
            startedAt: last.startedAt,
            usualMs,
            problem: storedProblem(last.errorCode, last.errorText),
          },
    who: last?.requestedByName ?? row.createdByName,
    changedAt: row.changedAt,
    verbs: availableVerbs(actor, state, open ? { status: last.status } : null),
  };
}
