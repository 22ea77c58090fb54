import type { FormAction } from "#components/ui/action-form.tsx";

/** The server actions on an environment, given by the page. */
export interface EnvironmentActions {
  readonly redeploy: FormAction;
  readonly stop: FormAction;
  readonly start: FormAction;
  readonly destroy: FormAction;
  readonly cancelDeployment: FormAction;
}
