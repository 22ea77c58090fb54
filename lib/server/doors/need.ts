import type { AccountVerb, EnvironmentPolicyVerb, PlatformVerb, ProjectVerb } from "#lib/domain/access/policy.ts";

/**
 * What a door asks for before it opens: a verb on a kind of object, or only that somebody is signed in, or nothing, and then why. What a
 * page or command shows beyond its door (a list, a count, a button) is cut to the viewer by the same policy.
 */
export type Need =
  | { readonly on: "environment"; readonly verb: EnvironmentPolicyVerb }
  | { readonly on: "project"; readonly verb: ProjectVerb }
  /** One of a project's stages, whichever it is: what one may do somewhere in it. */
  | { readonly on: "any-stage"; readonly verb: EnvironmentPolicyVerb }
  | { readonly on: "platform"; readonly verb: PlatformVerb }
  | { readonly on: "account"; readonly verb: AccountVerb }
  | { readonly signedIn: string }
  | { readonly open: string };

export const environment = (verb: EnvironmentPolicyVerb): Need => ({ on: "environment", verb });
export const anyStage = (verb: EnvironmentPolicyVerb): Need => ({ on: "any-stage", verb });
export const project = (verb: ProjectVerb): Need => ({ on: "project", verb });
export const platform = (verb: PlatformVerb): Need => ({ on: "platform", verb });
export const account: Need = { on: "account", verb: "manage_account" };
export const signedIn = (why: string): Need => ({ signedIn: why });
export const open = (why: string): Need => ({ open: why });
