import { randomUUID } from "node:crypto";

import { z } from "zod";

import { type AppDefinition } from "../model/app.ts";
import { segmentsOf } from "../model/path-id.ts";

export const taskStates = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
] as const;

export const taskStateSchema = z.enum(taskStates);
export type TaskState = z.infer<typeof taskStateSchema>;
export type EndState = "TASK_FINISHED" | "TASK_FAILED" | "TASK_KILLED";

/** One try at running an app: a container, or the intent to have one. Changed in place; its row in Postgres follows. */
export interface Task {
  readonly id: string;
  readonly instanceId: string;
  readonly appId: string;
  /** The definition the task was started with. */
  readonly app: AppDefinition;
  readonly host: string;
  readonly stagedAt: string;
  /** Host ports in the order of the app's endpoints; 0 where an endpoint has none. */
  ports: readonly number[];
  state: TaskState;
  ipAddresses: readonly string[];
  containerId: string | null;
  /** Why the task ended, or is staged still. */
  message: string;
  /** Set once somebody wants the task gone. */
  killReason: string | null;
  startedAt: string | null;
  endedAt: string | null;
}

export interface TaskFailure {
  readonly appId: string;
  readonly host: string;
  readonly message: string;
  readonly state: string;
  readonly taskId: string;
  readonly timestamp: string;
  readonly version: string;
  readonly slaveId: string | null;
}

/** Ids of Marathon 1.8 and later: `prod_web.instance-<uuid>._app.1`. */
export function newTaskIds(appId: string): { id: string; instanceId: string } {
  const instanceId = `${segmentsOf(appId).join("_")}.instance-${randomUUID()}`;
  return { id: `${instanceId}._app.1`, instanceId };
}

export function hasEnded(task: Pick<Task, "state">): boolean {
  return task.state === "TASK_FINISHED" || task.state === "TASK_FAILED" || task.state === "TASK_KILLED";
}

/** The word for a task's state in `instance_changed_event`. */
export function conditionOf(task: Pick<Task, "state">): string {
  const word = task.state.slice("TASK_".length).toLowerCase();
  return word.charAt(0).toUpperCase() + word.slice(1);
}
