import { randomUUID } from "node:crypto";

import { MarathonFailure, locked } from "../failures.ts";
import { type AppDefinition } from "../model/app.ts";
import { type Scheduler } from "../scheduler.ts";
import { deleteApp, saveApp } from "../store/apps.ts";
import { deleteDeployment, hasDeployment, insertDeployment } from "../store/deployments.ts";
import { type Deployment, type Plan } from "./deployment.ts";
import { planSteps } from "./plan.ts";
import { beginStep, cancelDeployment, lightPlan } from "./run-deployment.ts";

/** Marathon's `max_running_deployments`. */
export const mostDeployments = 100;

export interface AppsChange {
  /** The version all changed apps get; made before, so that the definitions carry it. */
  readonly version: string;
  /** New and changed apps, whole. */
  readonly upserts: readonly AppDefinition[];
  readonly deletes: readonly string[];
  /** Apps to restart although nothing changed. */
  readonly restarts?: readonly string[];
  /** Tasks to kill first where an app is scaled down. */
  readonly toKill?: Readonly<Record<string, string[]>>;
  readonly force: boolean;
  /** Ids of further deployments that this change replaces. */
  readonly replaces?: readonly string[];
  /** Who asked, for `api_post_event`. */
  readonly clientIp: string;
  readonly uri: string;
}

/**
 * Makes one deployment of a change to apps: plans it, refuses it when other deployments are in its way (or cancels those with `force`), stores
 * it with the changed apps in one transaction, and begins it. Only one change may be under way at a time.
 */
export async function changeApps(scheduler: Scheduler, change: AppsChange): Promise<Deployment> {
  await settleDoubt(scheduler);
  const plan = planOf(scheduler, change);
  const deployment: Deployment = { id: randomUUID(), version: change.version, plan, currentStep: 0, progress: {} };
  const replaced = conflicting(scheduler, plan, change);
  const unaffected = plan.steps.length === 0;
  if (!unaffected && scheduler.state.deployments.size - replaced.length >= mostDeployments) {
    const message =
      `Max number (${mostDeployments}) of running deployments is achieved. Wait for existing deployments to complete ` +
      "or cancel one using force=true parameter. You can increase max deployment number by using --max_running_deployments parameter";
    throw new MarathonFailure("tooManyDeployments", message);
  }
  const adoption = { change, deployment, replaced };
  try {
    await scheduler.database.transaction(async (query) => {
      for (const app of change.upserts) if (plan.affectedApps.includes(app.id)) await saveApp(query, app);
      for (const id of change.deletes) await deleteApp(query, id);
      for (const other of replaced) await deleteDeployment(query, other.id);
      if (!unaffected) await insertDeployment(query, deployment);
    });
  } catch (error) {
    // The connection may have broken after the commit was sent: then only Postgres knows, and is asked before anything else changes.
    if (!scheduler.database.available && !unaffected) scheduler.doubt.current = () => settle(scheduler, adoption);
    throw error;
  }
  adopt(scheduler, adoption);
  return deployment;
}

/** Finds out whether a change whose commit was interrupted was stored after all, and takes it up if so. Must run inside the change lock. */
export async function settleDoubt(scheduler: Scheduler): Promise<void> {
  await scheduler.doubt.current?.();
}

async function settle(scheduler: Scheduler, adoption: Adoption): Promise<void> {
  const stored = await hasDeployment(scheduler.database, adoption.deployment.id);
  scheduler.doubt.current = null;
  if (stored) adopt(scheduler, adoption);
}

interface Adoption {
  readonly change: AppsChange;
  readonly deployment: Deployment;
  readonly replaced: readonly Deployment[];
}

function planOf(scheduler: Scheduler, change: AppsChange): Plan {
  const original = scheduler.state.apps;
  const target = new Map(original);
  for (const app of change.upserts) target.set(app.id, app);
  for (const id of change.deletes) target.delete(id);
  const steps = planSteps(original, target, new Set(change.restarts));
  const affectedApps = [...new Set(steps.flatMap((step) => step.actions.map((action) => action.app)))];
  return {
    steps,
    affectedApps,
    original: Object.fromEntries(affectedApps.map((id) => [id, original.get(id) ?? null])),
    target: Object.fromEntries(affectedApps.map((id) => [id, target.get(id) ?? null])),
    toKill: { ...change.toKill },
  };
}

/** The running deployments this change replaces. Throws when it meets some and may not. */
function conflicting(scheduler: Scheduler, plan: Plan, change: AppsChange): Deployment[] {
  const affected = new Set(plan.affectedApps);
  const running = [...scheduler.state.deployments.values()];
  const meeting = running.filter((other) => other.plan.affectedApps.some((id) => affected.has(id)));
  if (meeting.length > 0 && !change.force) throw locked(meeting.map((other) => other.id));
  const named = running.filter((other) => change.replaces?.includes(other.id) === true && !meeting.includes(other));
  return [...meeting, ...named];
}

/** What was stored becomes what is known, and begins. */
function adopt(scheduler: Scheduler, { change, deployment, replaced }: Adoption): void {
  const { state, events } = scheduler;
  const { affectedApps, steps } = deployment.plan;
  for (const other of replaced) if (state.deployments.has(other.id)) cancelDeployment(scheduler, other);
  for (const app of change.upserts) {
    if (!affectedApps.includes(app.id)) continue;
    state.apps.set(app.id, app);
    events.publish("api_post_event", { clientIp: change.clientIp, uri: change.uri, appDefinition: app });
    for (const healthCheck of app.healthChecks ?? []) {
      events.publish("add_health_check_event", { appId: app.id, version: app.version, healthCheck });
    }
  }
  for (const id of change.deletes) {
    if (state.apps.get(id)?.healthChecks !== undefined) events.publish("remove_health_check_event", { appId: id });
    state.apps.delete(id);
    state.failures.delete(id);
  }
  events.publish("group_change_success", { groupId: "/", version: deployment.version });
  if (steps.length === 0) {
    events.publish("deployment_success", { id: deployment.id, plan: lightPlan(deployment) });
    return;
  }
  state.deployments.set(deployment.id, deployment);
  beginStep(scheduler, deployment);
}
