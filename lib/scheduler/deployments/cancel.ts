import { MarathonFailure } from "../failures.ts";
import { needsRestart } from "../model/app-change.ts";
import { type AppDefinition } from "../model/app.ts";
import { isBelow } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";
import { deleteDeployment } from "../store/deployments.ts";
import { changeApps } from "./change-apps.ts";
import { type Deployment } from "./deployment.ts";
import { cancelDeployment } from "./run-deployment.ts";

export function findDeployment(scheduler: Scheduler, id: string): Deployment {
  const deployment = scheduler.state.deployments.get(id);
  if (deployment === undefined) throw new MarathonFailure("notFound", `DeploymentPlan ${id} does not exist`);
  return deployment;
}

/** Ends a deployment where it is; old and new tasks may stay mixed. */
export async function dropDeployment(scheduler: Scheduler, id: string): Promise<void> {
  const deployment = findDeployment(scheduler, id);
  await scheduler.database.transaction((query) => deleteDeployment(query, id));
  cancelDeployment(scheduler, deployment);
}

/**
 * Replaces a deployment by one that restores what its apps were before. Tasks of the earlier configuration that still run are kept: the
 * restored definition says that its configuration changed when it first did.
 */
export async function revertDeployment(scheduler: Scheduler, id: string, request: { clientIp: string; uri: string }): Promise<Deployment> {
  const { plan } = findDeployment(scheduler, id);
  const version = scheduler.versions.next();
  const upserts: AppDefinition[] = [];
  const deletes: string[] = [];
  for (const [appId, original] of Object.entries(plan.original)) {
    const current = scheduler.state.apps.get(appId);
    if (original === null && current !== undefined) deletes.push(appId);
    if (original !== null) upserts.push(restored(original, current, version));
  }
  const restarts = upserts.filter((app) => revertsRestart(app, scheduler.state.apps.get(app.id))).map((app) => app.id);
  const groups = Object.entries(plan.groups ?? {});
  const restoredGroups = {
    upserts: groups.flatMap(([, group]) => (group === null ? [] : [{ ...group, version }])),
    deletes: groups.flatMap(([groupId, group]) => (group === null && !holdsApps(scheduler, groupId, deletes) ? [groupId] : [])),
  };
  return changeApps(scheduler, { version, upserts, deletes, restarts, groups: restoredGroups, force: true, replaces: [id], ...request });
}

/** Whether something else came to lie in a group meanwhile. */
function holdsApps(scheduler: Scheduler, group: string, leaving: readonly string[]): boolean {
  return [...scheduler.state.apps.keys()].some((app) => isBelow(app, group) && !leaving.includes(app));
}

function restored(original: AppDefinition, current: AppDefinition | undefined, version: string): AppDefinition {
  const { lastConfigChangeAt } = original.versionInfo;
  const sameConfig = current !== undefined && !needsRestart(current, original);
  if (sameConfig && current.instances === original.instances && current.versionInfo.lastConfigChangeAt === lastConfigChangeAt)
    return current;
  return { ...original, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } };
}

/** The same words, but not the same tasks: what is reverted was a plain restart. */
function revertsRestart(app: AppDefinition, current: AppDefinition | undefined): boolean {
  return current !== undefined && current.versionInfo.lastConfigChangeAt !== app.versionInfo.lastConfigChangeAt;
}
