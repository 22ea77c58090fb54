import { treeOf } from "../model/group.ts";
import { type Scheduler } from "../scheduler.ts";
import { beginRestart } from "./arithmetic.ts";
import { type Action, type Deployment, type Plan, type Progress, type Step } from "./deployment.ts";
import { factsOf } from "./facts.ts";

/** The plan as events tell it since Marathon 1.8: steps only, no groups. */
function lightPlan(deployment: Pick<Deployment, "id" | "version"> & { readonly plan: Pick<Plan, "steps"> }) {
  return { id: deployment.id, steps: deployment.plan.steps, version: deployment.version };
}

/** The plan as older clients want it, before and after included: of the tree, the apps that the deployment touches. */
function heavyPlan(deployment: Deployment) {
  const { original, target } = deployment.plan;
  const tree = (apps: Plan["original"]) =>
    treeOf(
      Object.values(apps).filter((app) => app !== null),
      deployment.version,
    );
  return { ...lightPlan(deployment), original: tree(original), target: tree(target) };
}

/** Tells the streams something about a deployment, with its plan. */
export function announceDeployment(
  scheduler: Scheduler,
  eventType: string,
  deployment: Deployment,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  scheduler.events.publish(eventType, { ...fields, plan: lightPlan(deployment) }, () => ({ ...fields, plan: heavyPlan(deployment) }));
}

/** Begins the deployment's current step, or takes it up where an earlier process left it. */
export function beginStep(scheduler: Scheduler, deployment: Deployment): void {
  const step = deployment.plan.steps[deployment.currentStep];
  if (step === undefined) return succeed(scheduler, deployment);
  announceDeployment(scheduler, "deployment_info", deployment, { currentStep: step });
  const resumed = step.actions.every((action) => deployment.progress[action.app] !== undefined);
  if (!resumed) deployment.progress = progressOf(scheduler, deployment, step);
  const go = (): void => {
    for (const action of step.actions) scheduler.kick(action.app);
  };
  // The numbers of a restart are kept before anything is killed by them, so that a later process goes on with the same.
  if (step.actions.some((action) => action.action === "RestartApplication")) scheduler.deploymentRows.save(deployment.id).then(go, go);
  else {
    scheduler.deploymentRows.saveSoon(deployment.id);
    go();
  }
}

function progressOf(scheduler: Scheduler, deployment: Deployment, step: Step): Progress {
  const progress: Progress = {};
  for (const action of step.actions) {
    const target = deployment.plan.target[action.app];
    if (action.action !== "RestartApplication" || target === undefined || target === null) {
      progress[action.app] = { done: false };
      continue;
    }
    scheduler.backoff.reset(action.app);
    const facts = factsOf(scheduler, scheduler.state.alive(action.app), target);
    progress[action.app] = { done: false, restart: beginRestart(facts, target) };
  }
  return progress;
}

/** One action of the current step is done; with the last one the next step begins. */
export function finishAction(scheduler: Scheduler, deployment: Deployment, action: Action): void {
  if (scheduler.state.deployments.get(deployment.id) !== deployment) return;
  const step = deployment.plan.steps[deployment.currentStep];
  const progress = deployment.progress[action.app];
  if (step === undefined || progress === undefined || progress.done) return;
  progress.done = true;
  if (action.action === "StopApplication") appStopped(scheduler, action.app);
  scheduler.kick(action.app);
  if (!step.actions.every((candidate) => deployment.progress[candidate.app]?.done === true)) {
    scheduler.deploymentRows.saveSoon(deployment.id);
    return;
  }
  announceDeployment(scheduler, "deployment_step_success", deployment, { currentStep: step });
  deployment.currentStep += 1;
  deployment.progress = {};
  beginStep(scheduler, deployment);
}

function appStopped(scheduler: Scheduler, appId: string): void {
  scheduler.backoff.reset(appId);
  scheduler.queue.remove(appId);
  scheduler.events.publish("app_terminated_event", { appId });
}

function succeed(scheduler: Scheduler, deployment: Deployment): void {
  leave(scheduler, deployment);
  announceDeployment(scheduler, "deployment_success", deployment, { id: deployment.id });
  scheduler.log.info({ deployment: deployment.id, apps: deployment.plan.affectedApps }, "deployment finished");
}

/** Stops a deployment where it is. Its row must be deleted already, or go with this. */
export function cancelDeployment(scheduler: Scheduler, deployment: Deployment): void {
  leave(scheduler, deployment);
  announceDeployment(scheduler, "deployment_failed", deployment, { id: deployment.id, reason: "The upgrade has been cancelled" });
}

function leave(scheduler: Scheduler, deployment: Deployment): void {
  scheduler.state.deployments.delete(deployment.id);
  scheduler.deploymentRows.saveSoon(deployment.id);
  for (const appId of deployment.plan.affectedApps) scheduler.kick(appId);
}
