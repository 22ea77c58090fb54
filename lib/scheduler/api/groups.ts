import { MarathonFailure } from "../failures.ts";
import { type AppDefinition } from "../model/app.ts";
import { type Group, groupExists, groupIds } from "../model/group.ts";
import { isBelow, parentOf, rootId } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";
import { findGroupVersion, listGroupVersions } from "../store/groups.ts";
import { parseTimestamp } from "../timestamps.ts";
import { appView, embedsFrom, plainApp } from "./app-view.ts";
import { type Answer, type Api, type ApiRequest, idOf } from "./request.ts";

/** A group, its apps, its versions or one of these, by what its path ends with. */
export async function showGroup(api: Api, request: ApiRequest, segments: readonly string[]): Promise<Answer> {
  const { scheduler } = api;
  const { apps, groups } = scheduler.state;
  const last = segments.at(-1);
  const version = segments.at(-2) === "versions" ? parseTimestamp(last ?? "") : null;
  if (version !== null) return showVersion(scheduler, request, idOf(segments.slice(0, -2)), version);
  const id = idOf(last === "apps" || last === "versions" ? segments.slice(0, -1) : segments);
  if (!groupExists(id, apps, groups)) throw new MarathonFailure("notFound", `Group '${id}' does not exist`);
  if (last === "versions") return { status: 200, json: await listGroupVersions(scheduler.database, id) };
  const inside = [...apps.values()].filter((app) => isBelow(app.id, id));
  const embeds = embedsFrom(request.query);
  if (last === "apps") return { status: 200, json: inside.map((app) => appView(scheduler, app, embeds)) };
  return { status: 200, json: groupTree(id, inside, groups, request.query, scheduler.startedAt, (app) => appView(scheduler, app, embeds)) };
}

async function showVersion(scheduler: Scheduler, { query }: ApiRequest, id: string, version: string): Promise<Answer> {
  const then = await findGroupVersion(scheduler.database, id, version);
  if (then === null) throw new MarathonFailure("notFound", `Group '${id}' does not exist in version ${version}`);
  return { status: 200, json: groupTree(id, [...then.apps.values()], then.groups, query, version, plainApp) };
}

interface GroupView {
  readonly id: string;
  apps?: Record<string, unknown>[];
  groups?: GroupView[];
  pods?: never[];
  readonly dependencies: readonly string[];
  version: string;
  readonly enforceRole?: boolean;
}

/** The tree from a group down, built in one pass over what is in it. */
function groupTree(
  id: string,
  apps: readonly AppDefinition[],
  groups: ReadonlyMap<string, Group>,
  query: URLSearchParams,
  fallback: string,
  view: (app: AppDefinition) => Record<string, unknown>,
): GroupView {
  const embeds = query.getAll("embed").filter((embed) => /^group\.(groups|apps|pods)(\.|$)/.test(embed));
  const shows = (name: string): boolean =>
    embeds.length === 0 || embeds.some((embed) => embed === `group.${name}` || embed.startsWith(`group.${name}.`));
  const known = new Map(apps.map((app) => [app.id, app]));
  const below = [...groupIds(known, groups)].filter((other) => isBelow(other, id)).sort();
  const views = new Map<string, GroupView>();
  for (const group of [id, ...below]) {
    const written = groups.get(group);
    const empty: GroupView = {
      id: group,
      ...(shows("apps") ? { apps: [] } : {}),
      ...(shows("groups") ? { groups: [] } : {}),
      ...(shows("pods") ? { pods: [] } : {}),
      dependencies: written?.dependencies ?? [],
      version: written?.version ?? "",
      ...(written?.enforceRole === undefined ? {} : { enforceRole: written.enforceRole }),
    };
    views.set(group, empty);
    if (group !== id) views.get(parentOf(group))?.groups?.push(empty);
  }
  for (const app of apps) {
    if (shows("apps")) views.get(parentOf(app.id))?.apps?.push(view(app));
    for (let group = parentOf(app.id); ; group = parentOf(group)) {
      const seen = views.get(group);
      if (seen !== undefined && seen.version < app.version) seen.version = app.version;
      if (group === id || group === rootId) break;
    }
  }
  for (const group of views.values()) if (group.version === "") group.version = fallback;
  return views.get(id) ?? { id, dependencies: [], version: fallback };
}
