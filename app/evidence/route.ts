import { BerthError } from "#lib/core/errors.ts";
import { problemResponse } from "#lib/server/api/answer.ts";
import { currentActor } from "#lib/server/current-actor.ts";
import { takeEvidence } from "#lib/server/evidence.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

/** A picture for a verdict, pasted or chosen in the browser of the one who is signed in. */
export async function POST(request: Request): Promise<Response> {
  try {
    const actor = await currentActor();
    if (actor === null) throw new BerthError("not_signed_in");
    return await takeEvidence(services(), actor, request, currentActor);
  } catch (error) {
    return problemResponse(error);
  }
}
