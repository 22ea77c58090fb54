import type { FormAction } from "#components/ui/use-form-action.ts";

/** What can be done to somebody; each takes the field `person`. */
export interface PersonActions {
  readonly updatePerson: FormAction;
  readonly invitePerson: FormAction;
  readonly signOutPerson: FormAction;
}
