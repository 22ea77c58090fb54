import { readHealth } from "#lib/domain/health/queries.ts";
import { problemResponse } from "#lib/server/api/answer.ts";
import { healthSchema } from "#lib/server/api/schemas.ts";
import { tokenActor } from "#lib/server/current-actor.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

/** States for everybody, because load balancers ask; words and facts only for whoever holds a token. */
export async function GET(request: Request): Promise<Response> {
  try {
    const [health, actor] = await Promise.all([readHealth(services()), tokenActor(request)]);
    const parts = health.parts.map(({ part, state, since, detail }) => ({ part, state, since, ...(actor === null ? {} : { detail }) }));
    return Response.json(healthSchema.parse({ ...health, parts }), { headers: { "cache-control": "no-store" } });
  } catch (error) {
    return problemResponse(error);
  }
}
