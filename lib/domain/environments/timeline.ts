import { type Actor, may } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";
import { type EnvironmentPage, getEnvironment } from "./queries.ts";

const timelineLength = 100;

export interface TimelineEntry {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly message: string;
  readonly actor: string | null;
  readonly deploymentId: string | null;
}

/** The environment with what happened to it, the newest first. */
export async function getEnvironmentTimeline(
  reader: Reader,
  actor: Actor,
  slug: string,
  name: string,
): Promise<EnvironmentPage & { readonly timeline: readonly TimelineEntry[] }> {
  const page = await getEnvironment(reader, actor, slug, name);
  const object = { type: "environment", projectId: page.project.id, stageKind: page.stage.kind } as const;
  const events = await reader.database.event.findMany({
    where: {
      environmentId: page.id,
      message: { not: null },
      // They name variables, and those are only for whoever may configure.
      ...(may(actor, "configure", object) ? {} : { kind: { not: "variables.changed" } }),
    },
    orderBy: { id: "desc" },
    take: timelineLength,
  });
  const timeline = events.map((event) => ({
    id: String(event.id),
    at: event.at,
    kind: event.kind,
    message: event.message ?? "",
    actor: event.actorName,
    deploymentId: event.deploymentId,
  }));
  return { ...page, timeline };
}
