import type { DesiredState } from "#lib/platform/database/client.ts";

interface State {
  readonly name: string;
  readonly desired: DesiredState;
  readonly health: string;
}

/** Why what is there cannot be approved now, or null. Rejecting, and saying that it cannot be tested, is always possible. Pure. */
export function whyNotApprove({ name, desired, health }: State): string | null {
  if (desired === "destroyed") return `${name} is being destroyed.`;
  if (desired === "stopped") return `${name} is stopped: start it and try it first.`;
  return health === "healthy" ? null : `${name} does not answer its health check (${health}): only what works can be approved.`;
}
