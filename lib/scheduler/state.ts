import { type Deployment } from "./deployments/deployment.ts";
import { type AppDefinition } from "./model/app.ts";
import { type Group } from "./model/group.ts";
import { type Task, type TaskFailure, hasEnded } from "./tasks/task.ts";

/** Everything the scheduler knows, in memory. Postgres has the same; this process is the only writer. */
export interface SchedulerState {
  readonly apps: Map<string, AppDefinition>;
  /** The groups somebody wrote; others only follow from the ids of apps. */
  readonly groups: Map<string, Group>;
  readonly deployments: Map<string, Deployment>;
  /** Ended tasks stay a while, for their logs. */
  readonly tasks: Map<string, Task>;
  readonly failures: Map<string, TaskFailure>;
  /** The tasks of an app that have not ended. */
  alive(appId: string): readonly Task[];
  allAlive(): Iterable<Task>;
  addTask(task: Task): void;
  /** Takes an ended task out of the living ones. */
  taskEnded(task: Task): void;
  removeTask(id: string): void;
}

export function createState(): SchedulerState {
  const tasks = new Map<string, Task>();
  const living = new Map<string, Map<string, Task>>();
  const bury = (task: Task): void => {
    const siblings = living.get(task.appId);
    siblings?.delete(task.id);
    if (siblings?.size === 0) living.delete(task.appId);
  };
  return {
    apps: new Map(),
    groups: new Map(),
    deployments: new Map(),
    failures: new Map(),
    tasks,
    alive: (appId) => [...(living.get(appId)?.values() ?? [])],
    *allAlive() {
      for (const siblings of living.values()) yield* siblings.values();
    },
    addTask(task) {
      tasks.set(task.id, task);
      if (hasEnded(task)) return;
      const siblings = living.get(task.appId) ?? new Map<string, Task>();
      siblings.set(task.id, task);
      living.set(task.appId, siblings);
    },
    taskEnded: bury,
    removeTask(id) {
      const task = tasks.get(id);
      if (task === undefined) return;
      tasks.delete(id);
      bury(task);
    },
  };
}
