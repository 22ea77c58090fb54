import { BerthError } from "#lib/core/errors.ts";
import { version } from "#lib/domain/health/queries.ts";
import { problemResponse } from "#lib/server/api/answer.ts";
import { openApiDocument } from "#lib/server/api/openapi.ts";
import { operations } from "#lib/server/api/registry.ts";
import { currentActor, tokenActor } from "#lib/server/current-actor.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

/** For whoever is signed in, in the browser or with a token: a stranger learns nothing, not even which paths there are. */
export async function GET(request: Request): Promise<Response> {
  try {
    if ((await tokenActor(request)) === null && (await currentActor()) === null) throw new BerthError("not_signed_in");
    const document = openApiDocument(operations, { dashboardOrigin: services().settings.dashboardOrigin, version });
    return Response.json(document, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    return problemResponse(error);
  }
}
