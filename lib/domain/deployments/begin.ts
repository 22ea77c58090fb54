import { ensureBuild } from "../builds/ensure.ts";
import { type EnvironmentLease, fence } from "../environments/lease.ts";
import type { OpenDeployment, Snapshot } from "../environments/snapshot.ts";
import { showWork } from "../routes/write.ts";
import type { WorkerContext } from "../workers/context.ts";
import { endedAsForbidden, endedAsForeign } from "./advance.ts";
import { moveDeployment } from "./end.ts";
import { beginStep, finishStep, skipStep } from "./steps.ts";

/**
 * Takes the waiting deployment on: its build is found or asked for, or, when an image is carried in or a release is started again, nothing
 * needs building.
 */
export async function beginDeployment(
  context: WorkerContext,
  lease: EnvironmentLease,
  snapshot: Snapshot,
  deployment: OpenDeployment,
): Promise<void> {
  if (await endedAsForbidden(context, lease, snapshot, deployment)) return;
  if (await endedAsForeign(context, lease, snapshot, deployment)) return;
  await context.database.$transaction(async (tx) => {
    await fence(tx, lease);
    await finishStep(tx, deployment, "queue");
    if (deployment.imageId !== null) {
      await moveDeployment(tx, deployment, "preparing", { startedAt: new Date() });
    } else if (deployment.releaseId !== null) {
      for (const step of ["fetch", "build", "push", "checks"] as const)
        await skipStep(tx, deployment, step, "The release is there already");
      await moveDeployment(tx, deployment, "preparing", { startedAt: new Date() });
      await moveDeployment(tx, deployment, "deploying", { intentAt: new Date() });
      await beginStep(tx, deployment, "start");
    } else {
      const build = await ensureBuild(tx, {
        projectId: deployment.projectId,
        commit: deployment.commit,
        refName: deployment.refName,
        requestedByName: deployment.requestedByName,
      });
      await moveDeployment(tx, deployment, "preparing", { startedAt: new Date(), buildId: build.id });
    }
    await showWork(tx, context.settings, snapshot, "building", "Preparing", deployment.id);
  });
}
