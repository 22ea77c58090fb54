import { type EnvironmentLease, fence } from "../environments/lease.ts";
import type { OpenDeployment, Snapshot } from "../environments/snapshot.ts";
import { freezeOf } from "../freezes/standing.ts";
import type { WorkerContext } from "../workers/context.ts";
import { noteStep, noteWaiting } from "./steps.ts";

/**
 * Whether a waiting deployment has to go on waiting because its stage is frozen. Whoever asked for it and by whichever door: only what is
 * live already is started again, and what a second person let through. The slow pass looks again until the window has ended.
 */
export async function isHeld(
  context: Pick<WorkerContext, "database">,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<boolean> {
  if (deployment.releaseId !== null && deployment.releaseId === snapshot.liveReleaseId) return false;
  if (deployment.promotion?.freezeOverridden === true) return false;
  const place = { projectId: snapshot.projectId, stageId: snapshot.stageId, at: new Date() };
  const freeze = await freezeOf(context.database, place);
  if (freeze === null) return false;
  const until = freeze.until === null ? "" : ` until ${freeze.until.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    const words = `${snapshot.stage.title} is frozen${until}: ${freeze.title}. It goes on by itself`;
    await noteStep(tx, deployment, "queue", words);
    // One that was built before the window began stops short of starting.
    if (deployment.status === "preparing") await noteWaiting(tx, deployment, "start", words);
  });
  return true;
}
