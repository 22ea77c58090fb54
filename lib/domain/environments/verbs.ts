import { isDeploymentOver } from "#lib/core/states.ts";
import type { DesiredState, StageKind } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { whyNotDestroy, whyNotRedeploy, whyNotRestart, whyNotScale, whyNotStart, whyNotStop } from "./gates.ts";

export type EnvironmentVerb = "redeploy" | "restart" | "scale" | "stop" | "start" | "destroy" | "configure" | "cancel";
/** Why a verb cannot be used now, or null when it can. */
export interface Availability {
  readonly reason: string | null;
}

interface State {
  readonly projectId: string;
  readonly stageKind: StageKind;
  readonly desired: DesiredState;
  readonly refGoneAt: Date | null;
  readonly hasLiveRelease: boolean;
  readonly gated?: boolean;
}

/** What the viewer may do, each with the reason where it cannot be done now; verbs he may never use are absent. The same gates as in the commands. */
export function availableVerbs(
  actor: Actor,
  state: State,
  current: { status: Parameters<typeof isDeploymentOver>[0] } | null,
): Partial<Record<EnvironmentVerb, Availability>> {
  const object = { type: "environment", projectId: state.projectId, stageKind: state.stageKind } as const;
  const verbs: Partial<Record<EnvironmentVerb, Availability>> = {};
  if (may(actor, "deploy", object)) {
    verbs.redeploy = { reason: whyNotRedeploy(state) };
    if (state.desired === "running") verbs.restart = { reason: whyNotRestart(state) };
    if (state.desired === "running") verbs.stop = { reason: whyNotStop(state) };
    else verbs.start = { reason: whyNotStart(state) };
    if (current !== null && !isDeploymentOver(current.status)) verbs.cancel = { reason: null };
  }
  if (may(actor, "scale", object)) verbs.scale = { reason: whyNotScale(state) };
  if (may(actor, "destroy", object)) verbs.destroy = { reason: whyNotDestroy(state) };
  if (may(actor, "configure", object)) verbs.configure = { reason: state.desired === "destroyed" ? "It is being destroyed." : null };
  return verbs;
}
