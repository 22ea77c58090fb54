import { BerthError } from "#lib/core/errors.ts";
import type { Database, StageKind, Transaction } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";

/** One end of a comparison: what it is called, the commit it means now, and where it runs if it runs. */
export interface Side {
  readonly name: string;
  readonly kind: StageKind | null;
  readonly commit: string;
  readonly refName: string;
}

/** The tag or environment that `tag:v2.1` or `environment:production` names; null where the actor sees none, or nothing is live there. */
export async function findSide(tx: Transaction | Database, actor: Actor, projectId: string, text: string): Promise<Side | null> {
  const name = text.slice(text.indexOf(":") + 1);
  if (text.startsWith("tag:")) {
    const tag = await tx.ref.findFirst({ where: { projectId, kind: "tag", name }, select: { commit: true } });
    return tag === null ? null : { name, kind: null, commit: tag.commit, refName: `refs/tags/${name}` };
  }
  const environment = await tx.environment.findFirst({
    where: { projectId, name, destroyedAt: null, liveReleaseId: { not: null } },
    select: {
      stage: { select: { kind: true } },
      liveRelease: { select: { commit: true } },
      deployments: { orderBy: { number: "desc" }, take: 1, select: { refName: true } },
    },
  });
  if (environment === null || environment.liveRelease === null) return null;
  const { kind } = environment.stage;
  if (!may(actor, "view", { type: "environment", projectId, stageKind: kind })) return null;
  return { name, kind, commit: environment.liveRelease.commit, refName: environment.deployments[0]?.refName ?? "" };
}

/** A note, or `not_found`: also for whoever may not view one of the stages it is about. */
export async function loadNote(tx: Transaction | Database, actor: Actor, id: string) {
  const note = await tx.releaseNote.findFirst({
    where: { id, project: { deletedAt: null } },
    include: { project: { select: { slug: true, repositoryUrl: true } } },
  });
  if (note === null || !maySee(actor, note)) throw new BerthError("not_found");
  return note;
}

/** Whether both ends of a note are for the actor's eyes. */
export function maySee(
  actor: Actor,
  note: { readonly projectId: string; readonly fromKind: StageKind | null; readonly toKind: StageKind | null },
): boolean {
  const { projectId } = note;
  return [note.fromKind, note.toKind].every(
    (stageKind) => stageKind === null || may(actor, "view", { type: "environment", projectId, stageKind }),
  );
}
