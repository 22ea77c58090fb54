import { type AppDefinition } from "../model/app.ts";
import { type Scheduler } from "../scheduler.ts";
import { killTask } from "../tasks/kill-task.ts";
import { type Task } from "../tasks/task.ts";
import { type Decision, type TaskFact, restartMoves, scaleMoves } from "./arithmetic.ts";
import { type Action, type Deployment } from "./deployment.ts";
import { drainQueue } from "./drain-queue.ts";
import { factsOf } from "./facts.ts";
import { finishAction } from "./run-deployment.ts";

const nothing: Decision = { kill: [], launch: 0, done: false };

/**
 * Compares an app with what it should be and makes the next moves. It may be called at any time and any number of times: it decides from what
 * is there, not from what happened. While Postgres is away nothing is decided.
 */
export function evaluateApp(scheduler: Scheduler, appId: string): void {
  if (!scheduler.database.available) return;
  const deployment = deploymentOf(scheduler, appId);
  const action = deployment === undefined ? undefined : currentAction(deployment, appId);
  const app = scheduler.state.apps.get(appId);
  const tasks = scheduler.state.alive(appId);
  if (action === "later") return;
  if (deployment === undefined || action === undefined)
    return act(scheduler, { appId, app, tasks, decision: steady(app, tasks), why: "app is gone" });
  const target = deployment.plan.target[appId] ?? undefined;
  const decision = decide(deployment, action, target, factsOf(scheduler, tasks, target));
  act(scheduler, { appId, app: target, tasks, decision, why: reasons[action.action] });
  if (decision.done) finishAction(scheduler, deployment, action);
}

const reasons: Readonly<Record<Action["action"], string>> = {
  StartApplication: "",
  ScaleApplication: "Killed by scaling",
  RestartApplication: "Replaced by a newer version",
  StopApplication: "The app was removed",
};

export function deploymentOf(scheduler: Scheduler, appId: string): Deployment | undefined {
  for (const deployment of scheduler.state.deployments.values()) if (deployment.plan.affectedApps.includes(appId)) return deployment;
  return undefined;
}

/** The action that governs the app now; "later" when its turn has not come, undefined when its turn is over. */
function currentAction(deployment: Deployment, appId: string): Action | "later" | undefined {
  const { steps } = deployment.plan;
  const action = steps[deployment.currentStep]?.actions.find((candidate) => candidate.app === appId);
  if (action !== undefined && deployment.progress[appId]?.done !== true) return action;
  const comesLater = steps.slice(deployment.currentStep + 1).some((step) => step.actions.some((candidate) => candidate.app === appId));
  return comesLater ? "later" : undefined;
}

function decide(deployment: Deployment, action: Action, target: AppDefinition | undefined, facts: readonly TaskFact[]): Decision {
  if (action.action === "StartApplication") return { ...nothing, done: true };
  if (action.action === "StopApplication" || target === undefined) {
    return { kill: facts.map((fact) => fact.id), launch: 0, done: facts.length === 0 };
  }
  const { instances, killSelection: selection } = target;
  if (action.action === "ScaleApplication") {
    const named = deployment.plan.toKill[target.id] ?? [];
    return scaleMoves(facts, { instances, since: deployment.version, named, selection });
  }
  const strategy = deployment.progress[target.id]?.restart;
  return strategy === undefined ? nothing : restartMoves(facts, instances, strategy, selection);
}

/** Outside deployments: replace what died; a surplus is nobody's hurry and left to the slow look. */
function steady(app: AppDefinition | undefined, tasks: readonly Task[]): Decision {
  if (app === undefined) return { ...nothing, kill: tasks.map((task) => task.id) };
  return { ...nothing, launch: Math.max(0, app.instances - tasks.length) };
}

interface Moves {
  readonly appId: string;
  readonly app: AppDefinition | undefined;
  readonly tasks: readonly Task[];
  readonly decision: Decision;
  readonly why: string;
}

function act(scheduler: Scheduler, { appId, app, tasks, decision, why }: Moves): void {
  const doomed = new Set(decision.kill);
  for (const task of tasks) if (doomed.has(task.id)) killTask(scheduler, task, why);
  if (app === undefined) scheduler.queue.remove(appId);
  else {
    scheduler.queue.want(app, decision.launch);
    drainQueue(scheduler, appId);
  }
}
