export const runStatuses = ["waiting", "running", "succeeded", "failed", "timed_out", "skipped", "stopped"] as const;
export type RunStatus = (typeof runStatuses)[number];

export const activeRunStatuses = ["waiting", "running"] as const satisfies readonly RunStatus[];

/** The run has ended, well or badly, or never began. */
export function isRunOver(status: RunStatus): boolean {
  return status !== "waiting" && status !== "running";
}
