import "server-only";
import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { type Problem, problemOf } from "#lib/core/problem.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import type { Reader } from "#lib/domain/projects/head.ts";

import { currentActor } from "./current-actor.ts";
import { services } from "./services.ts";

/**
 * What a form asks without writing anything: a query's answer for the one who is signed in, or the problem to show in its place. Like every
 * other action it is closed to who looks through another's eyes.
 */
export async function askQuery<T>(
  query: (reader: Reader, actor: Actor) => Promise<T>,
): Promise<{ readonly result: T } | { readonly problem: Problem }> {
  const actor = await currentActor();
  if (actor === null)
    return {
      problem: {
        code: "not_signed_in",
        title: "You are not signed in.",
        detail: null,
        help: "Sign in again in another tab; what you typed stays here.",
      },
    };
  try {
    if (actor.viewing !== null) throw new BerthError("view_only");
    return { result: await query(services(), actor) };
  } catch (error) {
    if (!isBerthError(error)) services().log.error({ err: error }, "A question ended by a mistake of Berth's.");
    return { problem: problemOf(error) };
  }
}
