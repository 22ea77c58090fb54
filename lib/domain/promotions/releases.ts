import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise, may } from "../access/policy.ts";
import { policyObject } from "../environments/load.ts";
import { type ReleaseRow, releaseRowOf } from "../environments/release-row.ts";
import type { Reader } from "../projects/head.ts";

const listedAtMost = 50;

/** A release, and whether one may go back to it. */
export interface RollbackRow extends ReleaseRow {
  readonly fingerprint: string;
  readonly imageRemoved: boolean;
  /** Why not, or null when it is possible; absent for whoever may never. */
  readonly rollback?: { readonly reason: string | null };
}

/** The newest releases of an environment, at most fifty. */
export async function listReleases(reader: Reader, actor: Actor, environmentId: string): Promise<RollbackRow[]> {
  const environment = await reader.database.environment.findUnique({
    where: { id: environmentId },
    select: {
      projectId: true,
      liveReleaseId: true,
      destroyedAt: true,
      project: { select: { deletedAt: true } },
      stage: { select: { kind: true } },
    },
  });
  if (environment === null || environment.project.deletedAt !== null) throw new BerthError("not_found");
  const object = policyObject({ projectId: environment.projectId, stageKind: environment.stage.kind });
  authorise(actor, "view", object);
  const releases = await reader.database.release.findMany({
    where: { environmentId },
    orderBy: { number: "desc" },
    take: listedAtMost,
    select: {
      id: true,
      number: true,
      commit: true,
      createdAt: true,
      createdByName: true,
      servedAt: true,
      fingerprint: true,
      image: { select: { digest: true, removedAt: true } },
      deployments: { orderBy: { number: "asc" }, take: 1, select: { subject: true, refName: true } },
    },
  });
  const mayRollBack = environment.destroyedAt === null && may(actor, "deploy", object);
  return releases.map((row) => {
    const release = {
      ...releaseRowOf(row, environment.liveReleaseId),
      fingerprint: row.fingerprint,
      imageRemoved: row.image.removedAt !== null,
    };
    return mayRollBack ? { ...release, rollback: { reason: whyNot(release) } } : release;
  });
}

function whyNot({ live, servedAt, imageRemoved }: { live: boolean; servedAt: Date | null; imageRemoved: boolean }): string | null {
  if (live) return "It is what runs.";
  if (servedAt === null) return "It never answered here.";
  return imageRemoved ? "Its image was removed." : null;
}
