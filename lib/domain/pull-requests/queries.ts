import { BerthError } from "#lib/core/errors.ts";
import type { Serving } from "#lib/core/states.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";
import { servingOf } from "../environments/serving.ts";
import { type Reader, readProject } from "../projects/head.ts";

export interface PullRequestRow {
  readonly number: number;
  /** As a webhook told it, else the first line of its commit; null while neither is known. */
  readonly title: string | null;
  readonly author: string | null;
  readonly commit: string;
  readonly changedAt: Date;
  /** Who said that this very commit may run. */
  readonly approval: { readonly by: string; readonly at: Date } | null;
  readonly environment: { readonly id: string; readonly name: string; readonly serving: Serving; readonly commit: string | null } | null;
}

export interface PullRequestList {
  /** Whether they are followed at all. */
  readonly on: boolean;
  readonly rows: readonly PullRequestRow[];
  /** Whether the reader may approve commits. */
  readonly mayApprove: boolean;
}

const listedAtMost = 200;

/** A project's open pull requests, the newest first; none for who may not view what runs in review. */
export async function listPullRequests(reader: Reader, actor: Actor, slug: string): Promise<PullRequestList> {
  const { id: projectId } = await readProject(reader, actor, slug);
  const object = policyObject({ projectId, stageKind: "review" });
  const { pullRequests: on } = await reader.database.project.findUniqueOrThrow({
    where: { id: projectId },
    select: { pullRequests: true },
  });
  if (!on || !may(actor, "view", object)) return { on, rows: [], mayApprove: false };
  const rows = await reader.database.pullRequest.findMany({
    where: { projectId, goneAt: null, closedAt: null, commit: { not: null } },
    orderBy: { number: "desc" },
    take: listedAtMost,
    include: {
      approvals: { select: { commit: true, approvedByName: true, approvedAt: true } },
      environments: {
        where: { destroyedAt: null, desired: { not: "destroyed" } },
        select: { id: true, name: true, health: true, liveReleaseId: true, liveRelease: { select: { commit: true } } },
      },
    },
  });
  const list = rows.flatMap(({ commit, ...row }): PullRequestRow[] => {
    if (commit === null) return [];
    const approval = row.approvals.find((candidate) => candidate.commit === commit);
    const environment = row.environments[0];
    return [
      {
        number: row.number,
        title: row.title ?? row.subject,
        author: row.authorName,
        commit,
        changedAt: row.changedAt,
        approval: approval === undefined ? null : { by: approval.approvedByName, at: approval.approvedAt },
        environment:
          environment === undefined
            ? null
            : {
                id: environment.id,
                name: environment.name,
                serving: servingOf(environment.health, environment.liveReleaseId !== null),
                commit: environment.liveRelease?.commit ?? null,
              },
      },
    ];
  });
  return { on, rows: list, mayApprove: may(actor, "push", { type: "project", projectId }) };
}

/** Where what runs in an environment came from, when not from the project's own builds. */
export interface Origin {
  readonly pullRequest: {
    readonly number: number;
    readonly approvedCommit: string;
    readonly approvedBy: string;
    readonly approvedAt: Date;
    /** Pushed since, and approved by nobody; null: nothing was. */
    readonly waiting: string | null;
  } | null;
  /** Who handed the live image over instead of having Berth build it. */
  readonly handedOver: { readonly by: string; readonly at: Date } | null;
}

/** Throws `not_found` for what may not be viewed. */
export async function getOrigin(reader: Pick<Reader, "database">, actor: Actor, environmentId: string): Promise<Origin> {
  const row = await reader.database.environment.findUnique({
    where: { id: environmentId },
    select: {
      projectId: true,
      stage: { select: { kind: true } },
      liveRelease: { select: { imageId: true, commit: true } },
      deployments: { orderBy: { number: "desc" }, take: 1, select: { commit: true } },
      pullRequest: { select: { number: true, commit: true, approvals: true } },
    },
  });
  if (row === null) throw new BerthError("not_found");
  authorise(actor, "view", policyObject({ projectId: row.projectId, stageKind: row.stage.kind }));
  const handOver =
    row.liveRelease === null
      ? null
      : await reader.database.imageHandOver.findFirst({
          where: { projectId: row.projectId, imageId: row.liveRelease.imageId, state: "accepted" },
          select: { handedOverByName: true, createdAt: true },
        });
  return {
    pullRequest: row.pullRequest === null ? null : pullOf(row.pullRequest, row.liveRelease?.commit ?? row.deployments[0]?.commit ?? ""),
    handedOver: handOver === null ? null : { by: handOver.handedOverByName, at: handOver.createdAt },
  };
}

interface PullSource {
  readonly number: number;
  readonly commit: string | null;
  readonly approvals: ReadonlyArray<{ readonly commit: string; readonly approvedByName: string; readonly approvedAt: Date }>;
}

function pullOf({ number, commit, approvals }: PullSource, running: string): Origin["pullRequest"] {
  const approval = approvals.find((candidate) => candidate.commit === running);
  if (approval === undefined) return null;
  const isWaiting = commit !== null && approvals.every((candidate) => candidate.commit !== commit);
  return {
    number,
    approvedCommit: running,
    approvedBy: approval.approvedByName,
    approvedAt: approval.approvedAt,
    waiting: isWaiting ? commit : null,
  };
}
