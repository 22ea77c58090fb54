import type { FreezeKind, RefKind, StageKind, StageStart } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { type Check, readChecks } from "../checks/schema.ts";
import { windowsAtMost } from "../freezes/standing.ts";
import { type Frozen, type Stretch, frozenAt, nextStretches } from "../freezes/states.ts";
import { type FileFacts, fileFactsOf } from "../pipeline-files/facts.ts";
import { type ProjectHead, type Reader, headOf, openEvents, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { stageSelection } from "./load.ts";

export interface StageRow {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly kind: StageKind;
  readonly refKind: RefKind | null;
  readonly refPattern: string;
  readonly perRef: boolean;
  readonly starts: StageStart;
  readonly redeployOnPush: boolean;
  readonly verdictRequired: boolean;
  readonly approvalsRequired: number;
  readonly autoRollback: boolean;
  readonly rollbackAfterSeconds: number;
  readonly public: boolean;
  readonly instances: number;
  readonly cpus: number;
  readonly mem: number;
  readonly ttlHours: number | null;
  readonly checks: readonly Check[];
  readonly version: number;
  /** How many environments are there. */
  readonly environments: number;
  readonly frozen: Frozen | null;
}

export interface FreezeRow {
  readonly id: string;
  readonly title: string;
  readonly kind: FreezeKind;
  /** The stage's title; null: all of them. */
  readonly stage: string | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly cron: string | null;
  readonly durationMinutes: number | null;
  readonly timeZone: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly isNow: boolean;
  /** What runs and what comes, soonest first. */
  readonly next: readonly Stretch[];
}

export interface PipelinePage {
  readonly project: ProjectHead;
  readonly stages: readonly StageRow[];
  readonly freezes: readonly FreezeRow[];
  readonly file: FileFacts;
  /** The newest refs, to try patterns on. */
  readonly refs: ReadonlyArray<{ readonly kind: RefKind; readonly name: string }>;
  readonly refsTotal: number;
  readonly eventsUrl: string;
}

const refsTried = 300;
const stretchesShown = 2;

/** The pipeline as data, for whoever may view the project: its stages as far as he may see them, freeze windows, and what the repository says itself. */
export async function getPipeline(reader: Reader, actor: Actor, slug: string): Promise<PipelinePage> {
  const project = await readProject(reader, actor, slug);
  const { database } = reader;
  const eventsUrl = await openEvents(reader);
  const kinds = kindsWhere(actor, "view", project.id);
  const present = { projectId: project.id, goneAt: null };
  const [stages, windows, refs, refsTotal, file] = await Promise.all([
    database.stage.findMany({
      where: { projectId: project.id, removedAt: null, kind: { in: kinds } },
      orderBy: { position: "asc" },
      select: { ...stageSelection, _count: { select: { environments: { where: { destroyedAt: null } } } } },
    }),
    database.freezeWindow.findMany({
      where: { projectId: project.id, OR: [{ stageId: null }, { stage: { kind: { in: kinds }, removedAt: null } }] },
      orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      take: windowsAtMost,
      include: { stage: { select: { title: true } } },
    }),
    database.ref.findMany({ where: present, orderBy: { changedAt: "desc" }, take: refsTried, select: { kind: true, name: true } }),
    database.ref.count({ where: present }),
    fileFactsOf(database, project),
  ]);
  const now = new Date();
  return {
    project: headOf(reader.settings, actor, project),
    stages: stages.map(({ _count, projectId: _projectId, position: _position, checks, ...stage }) => ({
      ...stage,
      checks: readChecks(checks),
      environments: _count.environments,
      frozen: frozenAt(
        windows.filter(({ stageId }) => stageId === null || stageId === stage.id),
        now,
      ),
    })),
    freezes: windows.map((window) => freezeRowOf(window, now)),
    file,
    refs,
    refsTotal,
    eventsUrl: eventsUrl(project.id),
  };
}

type WindowSource = Omit<FreezeRow, "stage" | "createdBy" | "isNow" | "next"> & {
  readonly stage: { readonly title: string } | null;
  readonly createdByName: string;
};

function freezeRowOf(window: WindowSource, now: Date): FreezeRow {
  const next = nextStretches(window, now, stretchesShown);
  return {
    id: window.id,
    title: window.title,
    kind: window.kind,
    stage: window.stage?.title ?? null,
    startsAt: window.startsAt,
    endsAt: window.endsAt,
    cron: window.cron,
    durationMinutes: window.durationMinutes,
    timeZone: window.timeZone,
    createdBy: window.createdByName,
    createdAt: window.createdAt,
    isNow: next.some(({ from }) => from <= now),
    next,
  };
}
