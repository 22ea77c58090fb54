import type { EnvironmentActions } from "#components/environments/actions.ts";
import type { FormAction } from "#components/ui/use-form-action.ts";

/** The server actions of the board, given by the page. */
export interface BoardActions extends EnvironmentActions {
  readonly preview: FormAction;
}
