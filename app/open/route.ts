import { isBerthError } from "#lib/core/errors.ts";
import { openEnvironment } from "#lib/domain/hand-off/commands/open.ts";
import { currentActor } from "#lib/server/current-actor.ts";
import { ownPath } from "#lib/server/own-path.ts";
import { services } from "#lib/server/services.ts";

export const dynamic = "force-dynamic";

/**
 * Where an environment's host sends a browser that shows nothing: back to that host with a one-time code when whoever is signed in may
 * view it, to the page that says there is nothing when not, and to the sign-in first when nobody is.
 */
export async function GET(request: Request): Promise<Response> {
  if (!isNavigation(request)) return new Response(null, { status: 403, headers: { "Cache-Control": "no-store" } });
  const { searchParams } = new URL(request.url);
  const host = searchParams.get("host") ?? "";
  const path = ownPath(searchParams.get("path"));
  const state = searchParams.get("state") ?? "";
  const actor = await currentActor();
  if (actor === null) {
    const next = `/open?${new URLSearchParams({ host, path, state }).toString()}`;
    return lead(302, `/sign-in?${new URLSearchParams({ next }).toString()}`);
  }
  try {
    const { url } = await openEnvironment.run(services(), actor, { host, path, state });
    return lead(303, url);
  } catch (error) {
    if (isBerthError(error, "not_found", "forbidden", "invalid_input", "not_signed_in")) return lead(303, "/open/unknown");
    throw error;
  }
}

/** Whether somebody opens it in a tab, as far as the browser says: no other site is to ring here by a picture or a script. */
function isNavigation({ headers }: Request): boolean {
  const [mode, dest] = [headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")];
  return (mode ?? "navigate") === "navigate" && (dest ?? "document") === "document";
}

function lead(status: 302 | 303, location: string): Response {
  return new Response(null, { status, headers: { Location: location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" } });
}
