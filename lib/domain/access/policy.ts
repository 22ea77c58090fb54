import { BerthError } from "#lib/core/errors.ts";
import type { StageKind } from "#lib/platform/database/client.ts";

/** What can be done to an environment; the matrix role x kind of stage x verb grants these. */
export const environmentVerbs = ["view", "logs", "deploy", "configure", "scale", "destroy", "verdict", "promote"] as const;
export type EnvironmentPolicyVerb = (typeof environmentVerbs)[number];
/** What can be done to a project as a whole, and to the platform. */
export type ProjectVerb = "view" | "push" | "administer";
export type PlatformVerb = "create_project" | "see_health";

export type PolicyObject =
  | { readonly type: "environment"; readonly projectId: string; readonly stageKind: StageKind }
  | { readonly type: "project"; readonly projectId: string }
  | { readonly type: "platform" };

export type Verb<O extends PolicyObject> = O extends { type: "environment" }
  ? EnvironmentPolicyVerb
  : O extends { type: "project" }
    ? ProjectVerb
    : PlatformVerb;

type Grants = ReadonlyMap<string, ReadonlyMap<StageKind, ReadonlySet<string>>>;

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
};

/** Whether `actor` may do `verb` to `object`. The only place that decides. */
export function may<O extends PolicyObject>(actor: Actor, verb: Verb<O>, object: O): boolean {
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

/** Throws `not_found` when the actor may not even see the object (it does not exist for him), `forbidden` when he may see but not do. */
export function authorise<O extends PolicyObject>(actor: Actor, verb: Verb<O>, object: O): void {
  if (may(actor, verb, object)) return;
  const visible = object.type === "platform" || may<PolicyObject>(actor, "view", object);
  throw new BerthError(visible ? "forbidden" : "not_found");
}
