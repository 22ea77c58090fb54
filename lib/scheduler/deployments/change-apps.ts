import { randomUUID } from "node:crypto";

import { MarathonFailure, locked } from "../failures.ts";
import { type AppDefinition } from "../model/app.ts";
import { type Group } from "../model/group.ts";
import { parentOf, rootId } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";
import { deleteApps, saveApps } from "../store/apps.ts";
import { type Query } from "../store/database.ts";
import { deleteDeployment, hasDeployment, insertDeployment } from "../store/deployments.ts";
import { addToHistory, saveGroups } from "../store/groups.ts";
import { type Deployment, type Plan } from "./deployment.ts";
import { planSteps } from "./plan.ts";
import { announceDeployment, beginStep, cancelDeployment } from "./run-deployment.ts";

/** Marathon's `max_running_deployments`. */
export const mostDeployments = 100;

export interface AppsChange {
  /** The version all changed apps get; made before, so that the definitions carry it. */
  readonly version: string;
  /** New and changed apps, whole. */
  readonly upserts: readonly AppDefinition[];
  readonly deletes: readonly string[];
  /** Groups that are written and removed, where any are. */
  readonly groups?: { readonly upserts: readonly Group[]; readonly deletes: readonly string[] };
  /** The group that `group_change_success` names; default: the one that all changed apps lie in. */
  readonly groupId?: string;
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
  try {
    return await makeDeployment(scheduler, change);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    scheduler.events.publish("group_change_failed", { groupId: groupOf(change), version: change.version, reason });
    throw error;
  }
}

async function makeDeployment(scheduler: Scheduler, change: AppsChange): Promise<Deployment> {
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
      await store(query, change, plan);
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

/** Writes what the change makes of apps and groups. */
async function store(query: Query, change: AppsChange, plan: Plan): Promise<void> {
  const apps = changedApps(change, plan);
  const groups = change.groups ?? { upserts: [], deletes: [] };
  await saveApps(query, apps);
  await deleteApps(query, change.deletes);
  await saveGroups(query, groups.upserts, groups.deletes);
  await addToHistory(query, change.version, [
    ...apps.map((app) => ({ kind: "app" as const, id: app.id, definition: app })),
    ...change.deletes.map((id) => ({ kind: "app" as const, id, definition: null })),
    ...groups.upserts.map((group) => ({ kind: "group" as const, id: group.id, definition: group })),
    ...groups.deletes.map((id) => ({ kind: "group" as const, id, definition: null })),
  ]);
}

/** The written apps that differ from what was; the others keep their version. */
function changedApps(change: AppsChange, plan: Pick<Plan, "affectedApps">): AppDefinition[] {
  const affected = new Set(plan.affectedApps);
  return change.upserts.filter((app) => affected.has(app.id));
}

function groupOf(change: AppsChange): string {
  if (change.groupId !== undefined) return change.groupId;
  const parents = new Set([...change.upserts.map((app) => app.id), ...change.deletes].map(parentOf));
  const [only] = parents;
  return only !== undefined && parents.size === 1 ? only : rootId;
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

/** What a change would do, without doing it. Throws when its dependencies go round. */
export function planOf(scheduler: Scheduler, change: Pick<AppsChange, "upserts" | "deletes" | "groups" | "restarts" | "toKill">): Plan {
  const original = scheduler.state.apps;
  const target = new Map(original);
  for (const app of change.upserts) target.set(app.id, app);
  for (const id of change.deletes) target.delete(id);
  const groupsBefore = scheduler.state.groups;
  const groups = new Map(groupsBefore);
  for (const group of change.groups?.upserts ?? []) groups.set(group.id, group);
  for (const id of change.groups?.deletes ?? []) groups.delete(id);
  const changedGroups = [...(change.groups?.upserts ?? []).map((group) => group.id), ...(change.groups?.deletes ?? [])];
  const steps = planSteps(original, target, new Set(change.restarts), groups);
  const affectedApps = [...new Set(steps.flatMap((step) => step.actions.map((action) => action.app)))];
  return {
    steps,
    affectedApps,
    original: Object.fromEntries(affectedApps.map((id) => [id, original.get(id) ?? null])),
    target: Object.fromEntries(affectedApps.map((id) => [id, target.get(id) ?? null])),
    ...(changedGroups.length === 0 ? {} : { groups: Object.fromEntries(changedGroups.map((id) => [id, groupsBefore.get(id) ?? null])) }),
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
  const { steps } = deployment.plan;
  for (const other of replaced) if (state.deployments.has(other.id)) cancelDeployment(scheduler, other);
  for (const group of change.groups?.upserts ?? []) state.groups.set(group.id, group);
  for (const id of change.groups?.deletes ?? []) state.groups.delete(id);
  for (const app of changedApps(change, deployment.plan)) {
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
  events.publish("group_change_success", { groupId: groupOf(change), version: deployment.version });
  if (steps.length === 0) {
    announceDeployment(scheduler, "deployment_success", deployment, { id: deployment.id });
    return;
  }
  state.deployments.set(deployment.id, deployment);
  beginStep(scheduler, deployment);
}
