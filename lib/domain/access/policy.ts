import { BerthError } from "#lib/core/errors.ts";
import type { StageKind } from "#lib/platform/database/client.ts";

/** What can be done to an environment; the matrix role x kind of stage x verb grants these. */
export const environmentVerbs = ["view", "logs", "deploy", "configure", "scale", "destroy", "verdict", "promote"] as const;
export type EnvironmentPolicyVerb = (typeof environmentVerbs)[number];
/** What can be done to a project as a whole, to the platform, and to one's own account. */
export const projectVerbs = ["view", "push", "administer"] as const;
export type ProjectVerb = (typeof projectVerbs)[number];
export const platformVerbs = [
  "see_health",
  "create_project",
  "manage_people",
  "manage_permissions",
  "manage_clusters",
  "verify_audit",
] as const;
export type PlatformVerb = (typeof platformVerbs)[number];
export const accountVerbs = ["manage_account"] as const;
export type AccountVerb = (typeof accountVerbs)[number];

/** Every verb a token may be limited to. */
export const allVerbs = [...new Set([...environmentVerbs, ...projectVerbs, ...platformVerbs, ...accountVerbs])] as const;

export type PolicyObject =
  | { readonly type: "environment"; readonly projectId: string; readonly stageKind: StageKind }
  | { readonly type: "project"; readonly projectId: string }
  | { readonly type: "platform" }
  | { readonly type: "account"; readonly personId: string };

export type Verb<O extends PolicyObject> = O extends { type: "environment" }
  ? EnvironmentPolicyVerb
  : O extends { type: "project" }
    ? ProjectVerb
    : O extends { type: "account" }
      ? AccountVerb
      : PlatformVerb;

export type Grants = ReadonlyMap<string, ReadonlyMap<StageKind, ReadonlySet<string>>>;

/** What an API token may be used for; null where it is not limited. Never adds a right, only takes away. */
export interface Limits {
  readonly projects: ReadonlySet<string> | null;
  readonly verbs: ReadonlySet<string> | null;
}

/** Who acts. Made by authentication from the database on every request, so that a lost right is lost at once. */
export interface Actor {
  readonly kind: "person" | "system";
  readonly id: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly isAdmin: boolean;
  /** The API token used, if any. */
  readonly tokenId: string | null;
  readonly sessionId: string | null;
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  /** By project and kind of stage, the verbs the person's roles give there. */
  readonly grants: Grants;
  readonly limits: Limits | null;
  /** Set while an admin looks through another's eyes: everything above but the session is the other's, and nothing may be changed. */
  readonly viewing: Viewing | null;
}

export interface Viewing {
  /** The admin behind the eyes. */
  readonly by: { readonly id: string; readonly name: string };
  readonly as:
    | { readonly kind: "person"; readonly id: string; readonly name: string }
    | { readonly kind: "role"; readonly role: "developer" | "tester" | "ops" };
}

/** Berth itself: a push that deploys, a branch that goes. Audited under this name. */
export const systemActor: Actor = {
  kind: "system",
  id: null,
  name: "Berth",
  email: null,
  isAdmin: true,
  tokenId: null,
  sessionId: null,
  sourceIp: null,
  requestId: null,
  grants: new Map(),
  limits: null,
  viewing: null,
};

/** Looking is part of everything else: a token that may do anything to a thing may see it. */
const alwaysWithin: ReadonlySet<string> = new Set(["view", "see_health"]);

/** Whether `actor` may do `verb` to `object`. The only place that decides. */
export function may<O extends PolicyObject>(actor: Actor, verb: Verb<O>, object: O): boolean {
  if (actor.limits !== null && !isWithin(actor.limits, verb, object)) return false;
  // One's own account is nobody else's, not even an admin's; what admins do to people is `manage_people`.
  if (object.type === "account") return ownerOf(actor) === object.personId;
  if (actor.isAdmin) return true;
  switch (object.type) {
    case "platform":
      return verb === "see_health";
    case "project": {
      const stages = actor.grants.get(object.projectId);
      if (stages === undefined) return false;
      if (verb === "view") return true;
      // Pushing code is a developer's: whoever may deploy to review environments.
      return verb === "push" && stages.get("review")?.has("deploy") === true;
    }
    case "environment":
      return actor.grants.get(object.projectId)?.get(object.stageKind)?.has(verb) === true;
  }
}

function isWithin(limits: Limits, verb: string, object: PolicyObject): boolean {
  if (limits.verbs !== null && !limits.verbs.has(verb) && !alwaysWithin.has(verb)) return false;
  if (limits.projects === null) return true;
  if (object.type === "platform") return verb === "see_health";
  return object.type !== "account" && limits.projects.has(object.projectId);
}

/** Throws `not_found` when the actor may not even see the object (it does not exist for him), `forbidden` when he may see but not do. */
export function authorise<O extends PolicyObject>(actor: Actor, verb: Verb<O>, object: O): void {
  if (may(actor, verb, object)) return;
  throw new BerthError(isVisible(actor, object) ? "forbidden" : "not_found");
}

function isVisible(actor: Actor, object: PolicyObject): boolean {
  if (object.type === "platform") return true;
  return object.type === "account" ? ownerOf(actor) === object.personId : may<PolicyObject>(actor, "view", object);
}

/** Whose account the actor's own is. Eyes may be lent, an account is not: it stays the admin's own while he looks through another's. */
function ownerOf(actor: Actor): string | null {
  return actor.viewing === null ? actor.id : actor.viewing.by.id;
}
