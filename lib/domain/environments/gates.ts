import { BerthError } from "#lib/core/errors.ts";
import type { DesiredState } from "#lib/platform/database/client.ts";

import { instancesAtMost } from "./words-of-scaling.ts";

/** May it happen now? Pure, and shared by the command that does it and the button that offers it. Null: yes; else the reason. */
interface State {
  readonly desired: DesiredState;
  readonly refGoneAt: Date | null;
  readonly hasLiveRelease: boolean;
  /** Only promotions and rollbacks bring an image in. */
  readonly gated?: boolean;
}

export function whyNotRedeploy(state: State): string | null {
  if (state.desired === "destroyed") return "It is being destroyed.";
  if (state.gated === true) return state.hasLiveRelease ? null : "Nothing was promoted here yet.";
  return state.refGoneAt === null ? null : "Its branch or tag is gone from the repository.";
}

export function whyNotStop(state: State): string | null {
  if (state.desired === "destroyed") return "It is being destroyed.";
  return state.desired === "stopped" ? "It is stopped already." : null;
}

export function whyNotStart(state: State): string | null {
  if (state.desired === "destroyed") return "It is being destroyed.";
  if (state.desired === "running") return "It is running already.";
  return state.hasLiveRelease ? null : "It has no release that once answered; redeploy instead.";
}

export function whyNotDestroy(state: State): string | null {
  return state.desired === "destroyed" ? "It is being destroyed already." : null;
}

export function whyNotScale(state: Pick<State, "desired">): string | null {
  return state.desired === "destroyed" ? "It is being destroyed." : null;
}

/** Throws `invalid_input` for a number of instances that nobody can have. */
export function whyNotScaleTo(instances: number): void {
  const problem =
    instances === 0
      ? "An environment without instances is a stopped one: use Stop."
      : instances > instancesAtMost
        ? `An environment has at most ${instancesAtMost} instances.`
        : null;
  if (problem !== null) throw new BerthError("invalid_input", { detail: problem, fields: { instances: problem } });
}

export function whyNotRestart(state: State): string | null {
  if (state.desired === "destroyed") return "It is being destroyed.";
  if (state.desired === "stopped") return "It is stopped; start it instead.";
  return state.hasLiveRelease ? null : "It has no release that once answered; redeploy instead.";
}

export function whyNotTryNow(state: State): string | null {
  if (state.desired !== "running") return "It is not meant to run.";
  return state.hasLiveRelease ? null : "Nothing is live that the cluster could try again.";
}

/** Turns a gate's reason into the refusal. */
export function refuse(reason: string | null): void {
  if (reason !== null) throw new BerthError("conflict", { detail: reason });
}
