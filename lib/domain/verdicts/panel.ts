import { type Actor, may } from "../access/policy.ts";
import { judgesOf } from "../blockers/verdict.ts";
import type { EnvironmentPage } from "../environments/queries.ts";
import type { Reader } from "../projects/head.ts";
import { checklistOf } from "./checklist.ts";
import type { ConfigurationChange } from "./configuration.ts";
import { whyNotApprove } from "./gates.ts";
import { changesSince, readLive } from "./live.ts";
import { authorsOf, isOwnWork } from "./own-work.ts";

/** What somebody needs who is about to give a verdict, and what he may do. */
export interface VerdictPanel {
  /** What is being judged; null while nothing is live. */
  readonly judged: {
    readonly releaseId: string;
    readonly releaseNumber: number;
    readonly digest: string;
    readonly commit: string;
    readonly since: Date;
  } | null;
  /** What will change with the next deployment. */
  readonly pending: readonly ConfigurationChange[];
  readonly checklist: readonly string[];
  /** The newest verdict at the time of reading, for the command to compare with. */
  readonly seen: string;
  readonly mayJudge: boolean;
  /** Why he may not judge this, or null. */
  readonly whyNot: string | null;
  /** Why it cannot be approved, though it can be rejected; or null. */
  readonly whyNotApprove: string | null;
  /** Who can, in words. */
  readonly judges: string;
}

/** The verdict panel of an environment for whoever looks at it. */
export async function verdictPanel(reader: Reader, actor: Actor, page: EnvironmentPage): Promise<VerdictPanel> {
  const { database } = reader;
  const place = { projectId: page.project.id, stageKind: page.stage.kind };
  const [lives, newest, judges] = await Promise.all([
    readLive(database, [page.id]),
    database.verdict.findFirst({ where: { environmentId: page.id }, orderBy: { number: "desc" }, select: { id: true } }),
    judgesOf(database, { id: page.id, ...place }),
  ]);
  const live = lives.get(page.id);
  const mayJudge = actor.viewing === null && may(actor, "verdict", { type: "environment", ...place });
  const common = { seen: newest?.id ?? "none", mayJudge, judges };
  if (live === undefined)
    return { ...common, judged: null, pending: [], checklist: [], whyNot: "Nothing is live here yet.", whyNotApprove: null };
  const [authors, checklist] = await Promise.all([
    authorsOf(database, [live.imageId]),
    checklistOf(database, { projectId: page.project.id, commit: live.commit, stageName: page.stage.name }),
  ]);
  const { releaseId, releaseNumber, imageDigest, commit, createdAt } = live;
  const pending = changesSince(live.configuration, [live.pending], live.facts);
  const unready = whyNotApprove({ name: page.name, desired: page.desired, health: page.serving });
  return {
    ...common,
    judged: { releaseId, releaseNumber, digest: imageDigest, commit, since: createdAt },
    pending,
    checklist,
    whyNot: isOwnWork(authors.get(live.imageId), actor) ? "It is your own work: somebody else has to judge it." : null,
    whyNotApprove: unready ?? (pending.length > 0 ? "What is configured is not deployed yet." : null),
  };
}
