import type { FormAction } from "#components/ui/use-form-action.ts";

/** The server actions on jobs, given by the page. */
export interface JobActions {
  readonly createJob: FormAction;
  readonly updateJob: FormAction;
  readonly deleteJob: FormAction;
  readonly pauseJob: FormAction;
  readonly resumeJob: FormAction;
  readonly runJob: FormAction;
  readonly stopRun: FormAction;
}
