import type { RefKind, StageKind, StageStart } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { usualTimes } from "../deployments/usual.ts";
import type { Availability } from "../environments/verbs.ts";
import { type ProjectHead, type Reader, headOf, openEvents, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { describeRule, stageTakes } from "../stages/gates.ts";
import { openRejectionsOf } from "../verdicts/rejections.ts";
import { type Standing, noStanding, standingsOf } from "../verdicts/standing.ts";
import { type BoardCard, cardOf } from "./cards.ts";
import { readOnward, waysOf } from "./onward.ts";
import { type StagePlaces, readPlaces } from "./places.ts";
import { type CardRow, readCards } from "./rows.ts";

export type { BoardCard } from "./cards.ts";
export type { Onward } from "./onward.ts";

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

/** Of each column; more of one column on wish. */
const [shownAtFirst, shownOnWish] = [12, 200];
const refsPerColumn = 8;
const refsRead = 1_000;
const judgedKinds: readonly StageKind[] = ["staging", "uat"];

/**
 * Where is what: the project's stages as columns, their environments as cards, what lies between them, and the refs that could become one.
 * `whole` names a stage whose column is wanted as long as it is.
 */
export async function getBoard(reader: Reader, actor: Actor, slug: string, whole: string | null = null): Promise<Board> {
  const project = await readProject(reader, actor, slug);
  const { database } = reader;
  const eventsUrl = await openEvents(reader);
  const kinds = kindsWhere(actor, "view", project.id);
  const [stages, refs, usual] = await Promise.all([
    readPlaces(database, project.id, kinds),
    database.ref.findMany({ where: { projectId: project.id, goneAt: null }, orderBy: { changedAt: "desc" }, take: refsRead }),
    usualTimes(database, project.id, kinds),
  ]);
  const visible = stages.filter((stage) => kinds.includes(stage.kind));
  const shown = visible.flatMap((stage) =>
    stage.environments
      .slice(0, stage.name === whole ? shownOnWish : shownAtFirst)
      .map((place) => ({ ...place, stageId: stage.id, kind: stage.kind })),
  );
  const ways = waysOf(actor, project, stages, shown);
  const { rows, standings, rejections } = await readAll(reader, shown, ways, kinds);
  const onward = await readOnward(database, { actor, project, stages, ways, rows, standings });
  const total = [...usual.values()].reduce((sum, ms) => sum + ms, 0);
  const columns = visible.map((stage) => {
    const cards = shown
      .filter(({ stageId }) => stageId === stage.id)
      .flatMap(({ id }) => {
        const row = rows.get(id);
        if (row === undefined) return [];
        const facts = {
          usualMs: total === 0 ? null : total,
          standing: standings.get(id) ?? noStanding,
          rejection: rejections.get(id) ?? null,
          onward: onward.get(id) ?? null,
        };
        return [cardOf(reader, actor, stage, row, facts)];
      });
    return { ...headerOf(stage), cards, ...refsOf(actor, project, stage, refs) };
  });
  return {
    project: headOf(reader.settings, actor, project),
    empty: refs.length === 0 && visible.every(({ environments }) => environments.length === 0),
    eventsUrl: eventsUrl(project.id),
    columns,
  };
}

interface Shown {
  readonly id: string;
  readonly kind: StageKind;
}

/** The chosen environments whole, those they would be carried to, and what testers said of them. */
async function readAll(
  reader: Reader,
  shown: readonly Shown[],
  ways: ReadonlyMap<string, { targetId: string | null }>,
  kinds: readonly StageKind[],
): Promise<{ rows: Map<string, CardRow>; standings: Map<string, Standing>; rejections: Awaited<ReturnType<typeof openRejectionsOf>> }> {
  const ids = shown.map(({ id }) => id);
  const targets = [...ways.values()].flatMap(({ targetId }) => (targetId === null ? [] : [targetId]));
  const judged = shown.filter(({ kind }) => judgedKinds.includes(kind)).map(({ id }) => id);
  const branches = shown.filter(({ kind }) => !judgedKinds.includes(kind)).map(({ id }) => id);
  const [rows, standings, rejections] = await Promise.all([
    readCards(reader, [...new Set([...ids, ...targets])]),
    standingsOf(reader.database, judged),
    openRejectionsOf(reader.database, branches, kinds),
  ]);
  return { rows, standings, rejections };
}

function headerOf(stage: StagePlaces) {
  const { id, name, title, kind, starts } = stage;
  return { stage: { id, name, title, kind, starts, hint: hintOf(stage) }, total: stage.environments.length };
}

type RefRow = Omit<BoardRef, "author" | "preview"> & { readonly authorName: string | null; readonly committedAt: Date | null };

/** The refs that the stage would take and that run nowhere in it. */
function refsOf(
  actor: Actor,
  project: { readonly id: string; readonly defaultBranch: string | null },
  stage: StagePlaces,
  refs: readonly RefRow[],
): Pick<BoardColumn, "refs" | "moreRefs"> {
  if (stage.starts === "by_promotion") return { refs: [], moreRefs: 0 };
  const mayDeploy = may(actor, "deploy", { type: "environment", projectId: project.id, stageKind: stage.kind });
  const taken = new Set(stage.environments.filter(({ desired }) => desired !== "destroyed").map(({ refId }) => refId));
  const free = refs.filter((ref) => !taken.has(ref.id) && stageTakes(stage, ref, project.defaultBranch));
  return {
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
}

function hintOf(stage: { starts: StageStart; refKind: RefKind | null; refPattern: string; perRef: boolean }): string {
  const rule = describeRule(stage);
  if (stage.starts === "by_promotion") return "Filled by promotion, once a tester has approved what runs before it.";
  if (stage.starts === "on_click") return `Takes ${rule}. Push one, then click Preview.`;
  return `Takes ${rule}, by itself, as soon as it is pushed.`;
}
