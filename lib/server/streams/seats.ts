import { BerthError } from "#lib/core/errors.ts";
import type { Actor } from "#lib/domain/access/policy.ts";

interface SeatLimits {
  /** For one session or API token. */
  readonly each: number;
  /** For one person, whatever number of sessions and tokens that is. */
  readonly person: number;
  readonly all: number;
}

type Holder = Pick<Actor, "id" | "sessionId" | "tokenId" | "viewing">;

/** Gives somebody a place for a stream: how to give it back, which may be called twice; null when there is none. */
export type Seats = (actor: Holder) => (() => void) | null;

const retryAfterSeconds = 15;

/** Every open stream is asked about whenever somebody's rights change, so there may be only so many. */
export function createSeats(limits: SeatLimits = { each: 10, person: 50, all: 1_000 }): Seats {
  const taken = new Map<string, number>();
  const count = (key: string, by: number) => {
    const now = (taken.get(key) ?? 0) + by;
    if (now > 0) taken.set(key, now);
    else taken.delete(key);
  };
  return ({ id, sessionId, tokenId, viewing }) => {
    const places = [
      ["all", limits.all],
      [`person ${viewing?.by.id ?? id}`, limits.person],
      [`by ${tokenId ?? sessionId}`, limits.each],
    ] as const;
    if (places.some(([key, most]) => (taken.get(key) ?? 0) >= most)) return null;
    for (const [key] of places) count(key, 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      for (const [key] of places) count(key, -1);
    };
  };
}

/** The place of one stream; throws `rate_limited` when there is none. */
export function takeSeat({ seats }: { readonly seats: Seats }, actor: Holder): () => void {
  // Thrown here and not where it is counted: that is in the bundle of the HTTP front, whose errors Next's bundle does not know.
  const leave = seats(actor);
  if (leave === null)
    throw new BerthError("rate_limited", { detail: "Too many streams are open. Close some pages or readers.", retryAfterSeconds });
  return leave;
}
