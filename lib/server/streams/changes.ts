import type { Actor } from "#lib/domain/access/policy.ts";
import { may } from "#lib/domain/access/policy.ts";

import type { Services } from "../services.ts";
import { guard } from "./guard.ts";
import { sseResponse } from "./sse.ts";

/** Tells a project's pages that something changed. What changed they read for themselves, with their own rights. */
export async function projectChanges(
  services: Services,
  actor: Actor,
  projectId: string,
  request: Request,
  again: () => Promise<Actor | null>,
): Promise<Response> {
  const after = new URL(request.url).searchParams.get("after") ?? "";
  return sseResponse(request, (writer) => {
    const forget = services.hub.onChange((change) => {
      if (change.kind === "resync") writer.send({ event: "change", data: { kind: "resync" } });
      else if ("project" in change && change.project === projectId) {
        writer.send({ event: "change", data: { kind: change.kind, environment: change.environment, deployment: change.deployment } });
      }
    });
    // What happened between the reading of the page and now.
    if (/^\d{1,18}$/.test(after)) {
      services.database.event.findFirst({ where: { projectId, id: { gt: BigInt(after) } }, select: { id: true } }).then(
        (missed) => missed !== null && writer.send({ event: "change", data: { kind: "resync" } }),
        () => writer.close(),
      );
    }
    const unguard = guard(services.hub, writer, async () => {
      const now = await again();
      return now !== null && may(now, "view", { type: "project", projectId });
    });
    return () => {
      forget();
      unguard();
    };
  });
}
