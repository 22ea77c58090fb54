import type { Problem } from "#lib/core/problem.ts";
import { refOfName } from "#lib/core/ref-name.ts";
import { openDeploymentStatuses } from "#lib/core/states.ts";
import type { DeploymentStatus, Serving } from "#lib/core/states.ts";
import type { RefKind, StageKind } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { stepTitle } from "../deployments/summary.ts";
import { servingOf } from "../environments/serving.ts";
import { environmentUrl } from "../environments/url.ts";
import { type Availability, type EnvironmentVerb, availableVerbs } from "../environments/verbs.ts";
import { type Reader, storedProblem } from "../projects/head.ts";
import { isGated } from "../promotions/gated.ts";
import { movedTagOf } from "../refs/moved-tag.ts";
import type { OpenRejection } from "../verdicts/rejections.ts";
import type { Standing } from "../verdicts/standing.ts";
import type { Onward } from "./onward.ts";
import type { StagePlaces } from "./places.ts";
import type { CardRow } from "./rows.ts";

export interface BoardCard {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly ref: { readonly kind: RefKind; readonly name: string } | null;
  readonly url: string;
  readonly desired: "running" | "stopped" | "destroyed";
  readonly serving: Serving;
  readonly servingDetail: string | null;
  readonly release: {
    /** What it was built for, where the environment has no ref of its own. */
    readonly ref: { readonly kind: RefKind; readonly name: string } | null;
    readonly number: number;
    readonly commit: string;
    readonly digest: string;
    readonly subject: string | null;
    readonly author: string | null;
  } | null;
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
  /** What testers' word is worth for what is live, and whose word it is. */
  readonly standing: { readonly state: Standing["state"]; readonly by: string | null; readonly words: string | null };
  /** It waits for a verdict, and the viewer may give one here. */
  readonly mayJudge: boolean;
  /** The rejection that this branch carries until a later build answers it. */
  readonly rejection: Pick<OpenRejection, "environmentName" | "words" | "by"> | null;
  /** The commit the tag names now, where it is no longer the one that runs. */
  readonly tagMovedTo: string | null;
  readonly onward: Onward | null;
}

/** What else is known of a card. */
export interface CardFacts {
  readonly usualMs: number | null;
  readonly standing: Standing;
  readonly rejection: OpenRejection | null;
  readonly onward: Onward | null;
}

const judgedKinds: readonly StageKind[] = ["staging", "uat"];

/** An environment as its card on the board. */
export function cardOf(reader: Reader, actor: Actor, stage: StagePlaces, row: CardRow, facts: CardFacts): BoardCard {
  const { kind: stageKind } = stage;
  const [last] = row.deployments;
  const open = last !== undefined && openDeploymentStatuses.some((status) => status === last.status);
  const state = {
    projectId: row.projectId,
    stageKind,
    desired: row.desired,
    refGoneAt: row.ref?.goneAt ?? null,
    hasLiveRelease: row.liveReleaseId !== null,
    gated: isGated(stage),
  };
  const { standing, rejection } = facts;
  const serving = servingOf(row.health, row.liveReleaseId !== null);
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    ref: row.ref === null ? null : { kind: row.ref.kind, name: row.ref.name },
    url: environmentUrl(reader.settings.previewOrigin, row.host),
    desired: row.desired,
    serving,
    servingDetail: row.healthDetail,
    release: releaseOf(row),
    lastDeployment:
      last === undefined
        ? null
        : {
            id: last.id,
            status: last.status,
            step: last.steps[0] === undefined ? null : stepTitle(last.steps[0].name),
            startedAt: last.startedAt,
            usualMs: facts.usualMs,
            problem: storedProblem(last.errorCode, last.errorText),
          },
    who: last?.requestedByName ?? row.createdByName,
    changedAt: row.changedAt,
    verbs: availableVerbs(actor, state, open ? { status: last.status } : null),
    standing: wordOf(standing),
    mayJudge:
      judgedKinds.includes(stageKind) &&
      serving === "healthy" &&
      (standing.state === "none" || standing.state === "void") &&
      may(actor, "verdict", { type: "environment", projectId: row.projectId, stageKind }),
    rejection: rejection === null ? null : { environmentName: rejection.environmentName, words: rejection.words, by: rejection.by },
    tagMovedTo: tagMovedTo(row),
    onward: facts.onward,
  };
}

function wordOf(standing: Standing): BoardCard["standing"] {
  if (standing.state === "none") return { state: "none", by: null, words: null };
  return { state: standing.state, by: standing.verdict.givenByName, words: standing.verdict.words };
}

function releaseOf(row: CardRow): BoardCard["release"] {
  const { liveRelease, ref } = row;
  if (liveRelease === null) return null;
  const [last] = row.deployments;
  return {
    ref: ref === null ? refOfName(liveRelease.deployments[0]?.refName ?? null) : null,
    number: liveRelease.number,
    commit: liveRelease.commit,
    digest: liveRelease.image.digest,
    subject: ref?.commit === liveRelease.commit ? ref.subject : last?.commit === liveRelease.commit ? last.subject : null,
    author: liveRelease.image.authorName,
  };
}

function tagMovedTo({ ref, liveRelease }: CardRow): string | null {
  const moved = movedTagOf({
    refKind: ref?.kind ?? null,
    refName: ref?.name ?? null,
    refCommit: ref?.commit ?? null,
    refGoneAt: ref?.goneAt ?? null,
    liveCommit: liveRelease?.commit ?? null,
  });
  return moved?.to ?? null;
}
