import { BerthError } from "#lib/core/errors.ts";
import type { DesiredState } from "#lib/platform/database/client.ts";

/** May it happen now? Pure, and shared by the command that does it and the button that offers it. Null: yes; else the reason. */
interface State {
  readonly desired: DesiredState;
  readonly refGoneAt: Date | null;
  readonly hasLiveRelease: boolean;
}

export function whyNotRedeploy(state: State): string | null {
  if (state.desired === "destroyed") return "It is being destroyed.";
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

/** Turns a gate's reason into the refusal. */
export function refuse(reason: string | null): void {
  if (reason !== null) throw new BerthError("conflict", { detail: reason });
}
