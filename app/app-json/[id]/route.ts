import { BerthError } from "#lib/core/errors.ts";
import { getAppJson } from "#lib/domain/app-settings/queries-json.ts";
import { problemResponse } from "#lib/server/api/answer.ts";
import { currentActor } from "#lib/server/current-actor.ts";
import { instanceName } from "#lib/server/instance-name.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

/** What Marathon is sent for an environment, as a file; secrets masked. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const actor = await currentActor();
    if (actor === null) throw new BerthError("not_signed_in");
    const { id } = await params;
    const which = new URL(request.url).searchParams.get("which") === "next" ? "next" : "live";
    const { environment, json } = await getAppJson(services(), actor, id, { instance: await instanceName(), which });
    return new Response(json, {
      headers: {
        "content-type": "application/json; charset=utf-8",
        "content-disposition": `attachment; filename="${environment.replaceAll(/[^a-z0-9.-]+/gi, "-")}.json"`,
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    return problemResponse(error);
  }
}
