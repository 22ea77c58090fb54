import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { PromotionStatus } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import type { Blocker } from "../blockers/blocker.ts";
import { policyObject } from "../environments/load.ts";
import { freezeOf } from "../freezes/standing.ts";
import { type ProjectHead, type Reader, headOf, headSelection, openEvents } from "../projects/head.ts";
import { authorsOf, isOwnWork } from "../verdicts/own-work.ts";
import { promotionBlockers } from "./blockers.ts";
import { approvalsGiven, approvalsNeeded, maySeePromotion, promotionSelection } from "./load.ts";
import { type RangeView, readRangeView } from "./range-view.ts";

export interface PromotionSummary {
  readonly id: string;
  readonly kind: "promotion" | "rollback";
  readonly status: PromotionStatus;
  readonly from: string;
  readonly to: { readonly stage: string; readonly title: string; readonly environment: string | null };
  readonly digest: string;
  readonly commit: string;
  readonly askedBy: string;
  readonly reason: string | null;
  readonly overrideReason: string | null;
  readonly freezeOverridden: boolean;
  readonly noteCode: string | null;
  readonly note: string | null;
  readonly tag: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
  readonly rolledBackAt: Date | null;
  readonly deploymentId: string | null;
}

export interface PromotionPage {
  readonly project: ProjectHead;
  readonly promotion: PromotionSummary;
  /** The release it is about, in the environment it comes from. */
  readonly release: number;
  readonly approvals: ReadonlyArray<{ readonly person: string; readonly words: string | null; readonly at: Date }>;
  readonly approvalsNeeded: number;
  readonly approvalsGiven: number;
  readonly blockers: readonly Blocker[];
  readonly commits: RangeView;
  /** Why the viewer cannot agree, or null when he can; absent for who may never. */
  readonly approve?: { readonly reason: string | null };
  readonly withdraw?: { readonly reason: string | null };
  readonly eventsUrl: string;
}

export const summarySelection = {
  ...promotionSelection,
  createdAt: true,
  startedAt: true,
  endedAt: true,
  endedByName: true,
  freezeOverridden: true,
  noteCode: true,
  note: true,
  tag: true,
  rolledBackAt: true,
  baseCommit: true,
  toEnvironment: { select: { name: true } },
  deployment: { select: { id: true } },
} as const;

async function readRow(reader: Pick<Reader, "database">, id: string) {
  return reader.database.promotion.findUnique({
    where: { id },
    select: { ...summarySelection, project: { select: { ...headSelection, deletedAt: true } }, fromRelease: { select: { number: true } } },
  });
}
type Row = NonNullable<Awaited<ReturnType<typeof readRow>>>;

/** One promotion (of the project `slug`, where one is named) with its second people and what keeps it. */
export async function getPromotion(reader: Reader, actor: Actor, id: string, slug?: string): Promise<PromotionPage> {
  if (!z.uuid().safeParse(id).success) throw new BerthError("not_found");
  const eventsUrl = await openEvents(reader);
  const row = await readRow(reader, id);
  if (row === null || row.project.deletedAt !== null || !maySeePromotion(actor, row) || (slug !== undefined && slug !== row.project.slug))
    throw new BerthError("not_found");
  const { database } = reader;
  const isOpen = row.status === "requested" || row.status === "waiting";
  const seesSource = may(actor, "view", policyObject({ projectId: row.projectId, stageKind: row.fromEnvironment.stage.kind }));
  const [blockers, commits, authors] = await Promise.all([
    isOpen && seesSource ? blockersOf(reader, row) : [],
    readRangeView(database, row.projectId, row.baseCommit, row.commit),
    authorsOf(database, [row.imageId]),
  ]);
  const mayPromote = may(actor, "promote", policyObject({ projectId: row.projectId, stageKind: row.toStage.kind }));
  return {
    project: headOf(reader.settings, actor, row.project),
    promotion: seesSource ? promotionSummaryOf(row) : { ...promotionSummaryOf(row), from: "a stage you may not view", note: null },
    release: row.fromRelease.number,
    approvals: row.approvals.map(({ personName, words, at }) => ({ person: personName, words, at })),
    approvalsNeeded: approvalsNeeded(row),
    approvalsGiven: approvalsGiven(row),
    blockers,
    commits,
    ...(mayPromote && row.status === "requested"
      ? { approve: { reason: whyNotApprove(actor, row, isOwnWork(authors.get(row.imageId), actor)) } }
      : {}),
    ...(mayPromote && isOpen ? { withdraw: { reason: null } } : {}),
    eventsUrl: eventsUrl(row.projectId),
  };
}

async function blockersOf(reader: Pick<Reader, "database">, row: Row): Promise<readonly Blocker[]> {
  const at = new Date();
  if (row.kind === "promotion")
    return promotionBlockers(reader.database, { environmentId: row.fromEnvironmentId, toStageId: row.toStageId, at }).catch(() => []);
  const freeze = await freezeOf(reader.database, { projectId: row.projectId, stageId: row.toStageId, at });
  return freeze === null
    ? []
    : [
        {
          code: "frozen",
          words: `${row.toStage.title} is frozen: ${freeze.title}.`,
          clearedBy: "a second person",
          expectedAt: freeze.until,
        },
      ];
}

function whyNotApprove(actor: Actor, row: Row, isAuthor: boolean): string | null {
  if (actor.id === row.askedById) return "You asked for it: a second person has to agree.";
  if (isAuthor) return "You wrote the commit that is carried.";
  return row.approvals.some(({ personId }) => personId === actor.id) ? "You have agreed already." : null;
}

type SummaryRow = Omit<Row, "project" | "fromRelease">;

export function promotionSummaryOf(row: SummaryRow): PromotionSummary {
  return {
    id: row.id,
    kind: row.kind === "rollback" ? "rollback" : "promotion",
    status: row.status,
    from: row.fromEnvironment.name,
    to: { stage: row.toStage.name, title: row.toStage.title, environment: row.toEnvironment?.name ?? null },
    digest: row.digest,
    commit: row.commit,
    askedBy: row.askedByName,
    reason: row.reason,
    overrideReason: row.overrideReason,
    freezeOverridden: row.freezeOverridden,
    noteCode: row.noteCode,
    note: row.note,
    tag: row.tag,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    endedBy: row.endedByName,
    rolledBackAt: row.rolledBackAt,
    deploymentId: row.deployment?.id ?? null,
  };
}
