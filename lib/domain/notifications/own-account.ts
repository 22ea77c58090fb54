import { BerthError } from "#lib/core/errors.ts";

import type { Actor } from "../access/policy.ts";

/** Whose notifications: the actor's own, and nobody else's. */
export function loadOwnAccount(actor: Actor): { readonly personId: string } {
  if (actor.id === null) throw new BerthError("forbidden");
  return { personId: actor.id };
}

export const ownAccount = ({ personId }: { readonly personId: string }) => ({ type: "account", personId }) as const;
