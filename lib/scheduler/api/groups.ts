import { MarathonFailure } from "../failures.ts";
import { type AppDefinition } from "../model/app.ts";
import { isBelow, parentOf, rootId, segmentsOf } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";
import { listGroupVersions } from "../store/apps.ts";
import { appView, embedsFrom } from "./app-view.ts";
import { type Answer, type Api, type ApiRequest, idOf } from "./request.ts";

/** Groups are what app ids imply; they are read here, not written. */
export async function showGroup(api: Api, request: ApiRequest, segments: readonly string[]): Promise<Answer> {
  const last = segments.at(-1);
  const id = idOf(last === "apps" || last === "versions" ? segments.slice(0, -1) : segments);
  const { scheduler } = api;
  const apps = [...scheduler.state.apps.values()].filter((app) => isBelow(app.id, id));
  if (apps.length === 0 && id !== rootId) throw new MarathonFailure("notFound", `Group '${id}' does not exist`);
  if (last === "versions") return { status: 200, json: await listGroupVersions(scheduler.database, id === rootId ? rootId : `${id}/`) };
  if (last === "apps") return { status: 200, json: apps.map((app) => appView(scheduler, app, embedsFrom(request.query))) };
  return { status: 200, json: groupTree(scheduler, id, apps, request.query) };
}

interface GroupView {
  readonly id: string;
  readonly apps?: Record<string, unknown>[];
  readonly groups?: GroupView[];
  readonly pods?: never[];
  readonly dependencies: string[];
  readonly version: string;
}

function groupTree(scheduler: Scheduler, id: string, apps: readonly AppDefinition[], query: URLSearchParams): GroupView {
  const embeds = query.getAll("embed");
  const shows = (name: string): boolean =>
    embeds.length === 0 || embeds.some((embed) => embed === `group.${name}` || embed.startsWith(`group.${name}.`));
  const own = apps.filter((app) => parentOf(app.id) === id);
  const depth = segmentsOf(id).length + 1;
  const children = new Set(apps.filter((app) => parentOf(app.id) !== id).map((app) => idOf(segmentsOf(app.id).slice(0, depth))));
  const versions = apps.map((app) => app.version).sort();
  return {
    id,
    ...(shows("apps") ? { apps: own.map((app) => appView(scheduler, app, embedsFrom(query))) } : {}),
    ...(shows("groups")
      ? {
          groups: [...children].map((child) =>
            groupTree(
              scheduler,
              child,
              apps.filter((app) => isBelow(app.id, child)),
              query,
            ),
          ),
        }
      : {}),
    ...(shows("pods") ? { pods: [] } : {}),
    dependencies: [],
    version: versions.at(-1) ?? scheduler.startedAt,
  };
}
