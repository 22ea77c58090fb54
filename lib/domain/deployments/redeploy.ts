import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { fullRefName, type LoadedEnvironment } from "../environments/load.ts";
import { movedTagIn } from "../refs/moved-tag.ts";
import { requestDeployment } from "./request.ts";

/**
 * Deploys what an environment follows again, with the configuration as it is now: the head of its ref, or, where only promotions lead or its
 * tag has moved, the very image that runs. Throws `only_by_promotion` where nothing runs yet, `conflict` where there is no ref to follow.
 */
export async function requestRedeploy(
  tx: Transaction,
  actor: Actor,
  environment: LoadedEnvironment,
  /** What the asker takes the tag to be now, where it moved. */
  wantedCommit?: string,
): Promise<string> {
  if (environment.gated) return requestSameImage(tx, actor, environment, "redeploy");
  if (environment.pullRequestId !== null) return requestApprovedAgain(tx, actor, environment);
  const moved = await movedTagIn(tx, environment);
  if (wantedCommit !== undefined && wantedCommit !== environment.refCommit)
    throw new BerthError("tag_moved", { detail: `${environment.refName ?? "The ref"} is ${environment.refCommit ?? "gone"} now.` });
  // Nobody has said that he means the new commit: what was tested under the tag's name stays.
  if (moved !== null && wantedCommit === undefined) return requestSameImage(tx, actor, environment, "redeploy");
  const { refKind, refName, refCommit } = environment;
  if (refKind === null || refName === null || refCommit === null)
    throw new BerthError("conflict", { detail: "This environment follows no branch or tag." });
  return requestDeployment(tx, actor, {
    environment,
    trigger: "redeploy",
    commit: refCommit,
    subject: environment.refSubject,
    refName: fullRefName({ kind: refKind, name: refName }),
  });
}

/** Of a pull request the last commit that came here, which somebody approved; what was pushed since needs a word of its own. */
async function requestApprovedAgain(tx: Transaction, actor: Actor, environment: LoadedEnvironment): Promise<string> {
  const last = await tx.deployment.findFirstOrThrow({
    where: { environmentId: environment.id },
    orderBy: { number: "desc" },
    select: { commit: true, subject: true },
  });
  return requestDeployment(tx, actor, { environment, trigger: "redeploy", ...last, refName: environment.pullRefName ?? "" });
}

/** Deploys the image that runs with the configuration as it is now; nothing is built. Throws `only_by_promotion` where nothing runs. */
export async function requestSameImage(
  tx: Transaction,
  actor: Actor,
  environment: LoadedEnvironment,
  trigger: "redeploy" | "configuration",
): Promise<string> {
  if (environment.liveReleaseId === null) throw new BerthError("only_by_promotion", { detail: "Nothing was promoted here yet." });
  const live = await tx.release.findUniqueOrThrow({
    where: { id: environment.liveReleaseId },
    select: {
      imageId: true,
      commit: true,
      deployments: { orderBy: { number: "desc" }, take: 1, select: { subject: true, refName: true } },
    },
  });
  return requestDeployment(tx, actor, {
    environment,
    trigger,
    commit: live.commit,
    subject: live.deployments[0]?.subject ?? null,
    refName: live.deployments[0]?.refName ?? "",
    imageId: live.imageId,
  });
}
