import { MarathonFailure } from "../failures.ts";
import { parseTimestamp } from "../timestamps.ts";
import { appVersion, appVersions, createApp, listApps, listAppsOfGroup, putApp, putApps, removeApp, restartApp, showApp } from "./apps.ts";
import { showConsole } from "./console.ts";
import { cancelDeploymentById, listDeployments } from "./deployments.ts";
import { streamEvents } from "./events.ts";
import { showGroup } from "./groups.ts";
import { ping, showInfo, showLeader } from "./info.ts";
import { readFile, showContainers, showMetrics, showSlaves, showState, showStateSummary } from "./mesos.ts";
import { resetDelay, showQueue } from "./queue.ts";
import { type Answer, type Api, type ApiRequest, type Route, idOf } from "./request.ts";
import {
  refuseAbdication,
  refusePods,
  refuseSetting,
  removedResource,
  showHelp,
  showMarathonMetrics,
  showPlugin,
  showPrometheusMetrics,
} from "./system.ts";
import { killTaskOfApp, killTasks, killTasksOfApp, listTasks, listTasksOfApp, listTasksOfGroup } from "./tasks.ts";
import { createGroup, patchGroup, putGroupAt, removeGroup } from "./write-group.ts";

type Routed = Promise<Answer | null> | Answer | null;

/** Every path this scheduler knows. Throws 404 and 405 for the others. */
export const route: Route = (api, request) => {
  if (request.method === "OPTIONS") return { status: 200, headers: { Allow: methodsOf(request.segments) } };
  // Agents of Mesos are asked with their process id in front.
  const segments = request.segments[0] === "slave(1)" ? request.segments.slice(1) : request.segments;
  return segments[0] === "v2" ? routeV2(api, request, segments.slice(1)) : routeSystem(api, request, segments.join("/"));
};

/** The methods of a path, as far as its collection tells. */
function methodsOf([version, collection = ""]: readonly string[]): string {
  if (version !== "v2") return "GET, HEAD, OPTIONS";
  if (collection === "apps" || collection === "groups") return "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  if (collection === "tasks") return "GET, HEAD, POST, DELETE, OPTIONS";
  if (collection === "deployments" || collection === "queue") return "GET, HEAD, DELETE, OPTIONS";
  return "GET, HEAD, OPTIONS";
}

function routeSystem(api: Api, request: ApiRequest, path: string): Routed {
  const known: Readonly<Record<string, () => Routed>> = {
    "": () => ({ status: 302, headers: { Location: "/ui/" } }),
    ui: () => showConsole(request),
    help: () => showHelp(),
    ping: () => ping(api, request),
    metrics: () => showMarathonMetrics(api),
    "metrics/prometheus": () => showPrometheusMetrics(api),
    state: () => showState(api),
    "state.json": () => showState(api),
    slaves: () => showSlaves(api),
    "state-summary": () => showStateSummary(api),
    "metrics/snapshot": () => showMetrics(api),
    containers: () => showContainers(api),
    "monitor/statistics": () => showContainers(api),
    "monitor/statistics.json": () => showContainers(api),
    "files/read": () => readFile(api, request),
    "files/read.json": () => readFile(api, request),
  };
  if (path === "logging" || path === "config") refuseSetting(path);
  const found = Object.hasOwn(known, path) ? known[path] : undefined;
  if (found === undefined) throw unknownPath(request);
  return only(request, "GET", found);
}

function routeV2(api: Api, request: ApiRequest, [collection = "", ...rest]: readonly string[]): Routed {
  switch (collection) {
    case "apps":
      return rest.length === 0 ? routeAppList(api, request) : routeApp(api, request, rest);
    case "groups":
      return routeGroup(api, request, rest);
    case "deployments":
      return routeDeployments(api, request, rest);
    case "tasks":
      return routeTasks(api, request, rest);
    case "queue":
      return routeQueue(api, request, rest);
    case "events":
      return alone(request, rest, () => streamEvents(api, request));
    case "info":
      return alone(request, rest, () => showInfo(api));
    case "leader":
      return request.method === "DELETE" ? refuseAbdication() : alone(request, rest, () => showLeader(api));
    case "plugins":
      return rest.length > 0 ? showPlugin(rest) : only(request, "GET", () => ({ status: 200, json: { plugins: [] } }));
    case "pods":
    case "pods::status":
      return refusePods(request, rest);
    default:
      throw removedResource(collection) ?? unknownPath(request);
  }
}

function routeAppList(api: Api, request: ApiRequest): Routed {
  switch (request.method) {
    case "GET":
      return listApps(api, request);
    case "POST":
      return createApp(api, request);
    case "PUT":
    case "PATCH":
      return putApps(api, request);
    default:
      throw wrongMethod(request);
  }
}

function routeApp(api: Api, request: ApiRequest, segments: readonly string[]): Routed {
  const { method } = request;
  const last = segments.at(-1) ?? "";
  const before = segments.slice(0, -1);
  if (last === "*" && method === "GET") return listAppsOfGroup(api, request, idOf(before));
  if (last === "restart") return only(request, "POST", () => restartApp(api, request, idOf(before)));
  if (last === "tasks") return routeAppTasks(api, request, before);
  if (last === "versions") return only(request, "GET", () => appVersions(api, idOf(before)));
  const place = before.at(-1);
  const owner = idOf(before.slice(0, -1));
  if (place === "tasks" && method === "DELETE") return killTaskOfApp(api, request, { appId: owner, taskId: last });
  if (place === "versions" && method === "GET" && parseTimestamp(last) !== null) return appVersion(api, owner, last);
  return routeOneApp(api, request, idOf(segments));
}

function routeOneApp(api: Api, request: ApiRequest, id: string): Routed {
  switch (request.method) {
    case "GET":
      return showApp(api, request, id);
    case "PUT":
    case "PATCH":
      return putApp(api, request, id);
    case "DELETE":
      return removeApp(api, request, id);
    default:
      throw wrongMethod(request);
  }
}

function routeAppTasks(api: Api, request: ApiRequest, owner: readonly string[]): Routed {
  if (request.method === "DELETE") return killTasksOfApp(api, request, idOf(owner));
  return only(request, "GET", () =>
    owner.at(-1) === "*" ? listTasksOfGroup(api, request, idOf(owner.slice(0, -1))) : listTasksOfApp(api, request, idOf(owner)),
  );
}

function routeGroup(api: Api, request: ApiRequest, segments: readonly string[]): Routed {
  const id = idOf(segments);
  switch (request.method) {
    case "GET":
      return showGroup(api, request, segments);
    case "POST":
      return createGroup(api, request, id);
    case "PUT":
      return putGroupAt(api, request, id);
    case "PATCH":
      return patchGroup(api, request, id);
    case "DELETE":
      return removeGroup(api, request, id);
    default:
      throw wrongMethod(request);
  }
}

function routeDeployments(api: Api, request: ApiRequest, [id, ...more]: readonly string[]): Routed {
  if (id === undefined) return only(request, "GET", () => listDeployments(api));
  if (more.length > 0) throw unknownPath(request);
  return only(request, "DELETE", () => cancelDeploymentById(api, request, id));
}

function routeTasks(api: Api, request: ApiRequest, rest: readonly string[]): Routed {
  if (rest.length === 0) return only(request, "GET", () => listTasks(api, request));
  if (rest.length === 1 && rest[0] === "delete") return only(request, "POST", () => killTasks(api, request));
  throw unknownPath(request);
}

function routeQueue(api: Api, request: ApiRequest, rest: readonly string[]): Routed {
  if (rest.length === 0) return only(request, "GET", () => showQueue(api, request));
  if (rest.at(-1) !== "delay") throw unknownPath(request);
  return only(request, "DELETE", () => resetDelay(api, idOf(rest.slice(0, -1))));
}

function alone(request: ApiRequest, rest: readonly string[], answer: () => Routed): Routed {
  if (rest.length > 0) throw unknownPath(request);
  return only(request, "GET", answer);
}

function only(request: ApiRequest, method: string, answer: () => Routed): Routed {
  if (request.method !== method) throw wrongMethod(request);
  return answer();
}

function unknownPath(request: ApiRequest): MarathonFailure {
  return new MarathonFailure("notFound", `URI not found: ${request.path.slice(0, 300)}`);
}

function wrongMethod(request: ApiRequest): MarathonFailure {
  return new MarathonFailure("notSupported", `${request.method} is not supported here`);
}
