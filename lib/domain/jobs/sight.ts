import type { ObservedApp, ObservedTask } from "#lib/adapters/marathon/model.ts";

/** What an attempt's app says of it. Pure. */
export type Sight =
  | { readonly kind: "alive"; readonly task: ObservedTask; readonly isRunning: boolean }
  /** Another task than the one that was seen before: somebody had it started again. */
  | { readonly kind: "second"; readonly task: ObservedTask }
  | { readonly kind: "failed"; readonly taskId: string; readonly message: string; readonly exitCode: number | null }
  /** Nobody wants a task and there is none. */
  | { readonly kind: "put-away" }
  /** No task, no failure: it has not been started yet, or has ended well. */
  | { readonly kind: "none" };

export function sightOf(app: ObservedApp, knownTaskId: string | null): Sight {
  const alive = app.tasks.filter((task) => task.state !== "ended" || task.rawState === "TASK_KILLING");
  const same = alive.find((task) => task.id === knownTaskId);
  const task = same ?? alive[0];
  if (task !== undefined) {
    if (knownTaskId !== null && same === undefined) return { kind: "second", task };
    return { kind: "alive", task, isRunning: task.state === "running" || task.rawState === "TASK_KILLING" };
  }
  const failure = app.lastFailure;
  if (failure !== null) return { kind: "failed", taskId: failure.taskId, message: failure.message, exitCode: exitCodeOf(failure.message) };
  return app.instances === 0 ? { kind: "put-away" } : { kind: "none" };
}

/** The number in what Mesos says of an end: “Container exited with status 3”, “Command exited with status 1”. */
export function exitCodeOf(message: string): number | null {
  const match = /\bexit(?:ed)?\b[^0-9]{0,20}\b(\d{1,3})\b/i.exec(message);
  return match?.[1] === undefined || Number(match[1]) > 255 ? null : Number(match[1]);
}
