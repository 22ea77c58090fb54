import "server-only";
import { notFound, redirect } from "next/navigation";

import { isBerthError } from "#lib/core/errors.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { isUntouched } from "#lib/domain/access/queries.ts";
import type { Reader } from "#lib/domain/projects/head.ts";

import { currentActor } from "./current-actor.ts";
import { services } from "./services.ts";

/**
 * The data of a page: one query, as the one who is signed in. Leads to the sign-in (or, on an installation nobody has
 * set up, to the set-up) and shows 404 for what may not be seen or is not there.
 */
export async function readPage<T>(query: (reader: Reader, actor: Actor) => Promise<T>): Promise<T> {
  const actor = await currentActor();
  if (actor === null) redirect((await isUntouched(services())) ? "/setup" : "/sign-in");
  try {
    return await query(services(), actor);
  } catch (error) {
    if (isBerthError(error, "not_found", "forbidden")) notFound();
    throw error;
  }
}
