import { mostActiveRuns } from "./schema.ts";

interface State {
  readonly desired: string;
  readonly hasLiveRelease: boolean;
  readonly concurrency: string;
  /** Numbers of the runs that have not ended, the newest first. */
  readonly active: readonly number[];
}

/** May it be started by hand now? Pure, and shared by the command and the button. Null: yes; else the reason. */
export function whyNotRun({ desired, hasLiveRelease, concurrency, active }: State): string | null {
  if (!hasLiveRelease) return "Nothing was ever live in this environment: there is no image to run.";
  if (desired !== "running") return "The environment is stopped; start it first.";
  if (concurrency === "forbid" && active[0] !== undefined)
    return `Run #${active[0]} has not ended, and this job does not run twice at once.`;
  if (concurrency === "allow" && active.length >= mostActiveRuns) return `${active.length} runs of this job have not ended yet.`;
  return null;
}
