import type { FormAction } from "#components/ui/use-form-action.ts";

/** The server actions on an environment, given by the page. */
export interface EnvironmentActions {
  readonly redeploy: FormAction;
  readonly restart: FormAction;
  readonly scale: FormAction;
  readonly stop: FormAction;
  readonly start: FormAction;
  readonly destroy: FormAction;
  readonly cancelDeployment: FormAction;
}
