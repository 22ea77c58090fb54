import { changeApps } from "../deployments/change-apps.ts";
import { type Deployment } from "../deployments/deployment.ts";
import { MarathonFailure, appNotFound } from "../failures.ts";
import { withVersion } from "../model/app-change.ts";
import { type AppDefinition } from "../model/app.ts";
import { parseLabelSelector } from "../model/label-selector.ts";
import { isBelow } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";
import { findVersion, listVersions } from "../store/apps.ts";
import { parseTimestamp } from "../timestamps.ts";
import { appView, embedsFrom, everyEmbed, plainApp } from "./app-view.ts";
import { type Answer, type Api, type ApiRequest, flag } from "./request.ts";
import { type WriteOptions, idFromBody, writeApps } from "./write-app.ts";

const mostAtOnce = 1_000;

/** The answer to every accepted change. */
export function deploymentAnswer(deployment: Pick<Deployment, "id" | "version">, status = 200): Answer {
  return {
    status,
    json: { version: deployment.version, deploymentId: deployment.id },
    headers: { "Marathon-Deployment-Id": deployment.id },
  };
}

export function findApp(scheduler: Scheduler, id: string): AppDefinition {
  const app = scheduler.state.apps.get(id);
  if (app === undefined) throw appNotFound(id);
  return app;
}

export function listApps({ scheduler }: Api, { query }: ApiRequest): Answer {
  const embeds = embedsFrom(query);
  const cmd = query.get("cmd")?.toLowerCase() ?? null;
  const id = query.get("id")?.toLowerCase() ?? null;
  const label = query.get("label");
  const selects = label === null ? null : parseLabelSelector(label);
  const apps = [...scheduler.state.apps.values()].filter(
    (app) =>
      (cmd === null || app.cmd?.toLowerCase().includes(cmd) === true) &&
      (id === null || app.id.includes(id)) &&
      (selects === null || selects(app.labels)),
  );
  return { status: 200, json: { apps: apps.map((app) => appView(scheduler, app, embeds)) } };
}

/** `/v2/apps/{group}/*`: every app below a group. */
export function listAppsOfGroup({ scheduler }: Api, { query }: ApiRequest, group: string): Answer {
  const apps = [...scheduler.state.apps.values()].filter((app) => isBelow(app.id, group));
  if (apps.length === 0 && group !== "/") throw new MarathonFailure("notFound", `Group '${group}' does not exist`);
  return { status: 200, json: { "*": apps.map((app) => appView(scheduler, app, embedsFrom(query))) } };
}

export function showApp({ scheduler }: Api, { query }: ApiRequest, id: string): Answer {
  const embeds = { ...everyEmbed, taskStats: embedsFrom(query).taskStats };
  return { status: 200, json: { app: appView(scheduler, findApp(scheduler, id), embeds) } };
}

export async function createApp({ scheduler, changes }: Api, request: ApiRequest): Promise<Answer> {
  const body = await request.body();
  const id = idFromBody(body);
  return changes.run(async () => {
    if (scheduler.state.apps.has(id)) throw new MarathonFailure("alreadyExists", `An app with id [${id}] already exists.`);
    const { version: _version, ...app } = withoutVersion(body);
    const { apps, deployment } = await writeApps(scheduler, [{ id, body: app }], { ...optionsOf(request), partial: false });
    const [stored] = apps;
    const counts = { tasksStaged: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0, deployments: [{ id: deployment.id }] };
    return {
      status: 201,
      json: { ...(stored === undefined ? {} : plainApp(stored)), ...counts },
      headers: { Location: `/v2/apps${id}`, "Marathon-Deployment-Id": deployment.id },
    };
  });
}

/** A new app has no version to go back to: what a client copied from an answer is dropped. */
function withoutVersion(body: unknown): Record<string, unknown> {
  return typeof body === "object" && body !== null ? { ...body, version: undefined } : {};
}

export async function putApp({ scheduler, changes }: Api, request: ApiRequest, id: string): Promise<Answer> {
  const body = await request.body();
  return changes.run(async () => {
    if (request.method === "PATCH") findApp(scheduler, id);
    const { created, deployment } = await writeApps(scheduler, [{ id, body }], optionsOf(request));
    return deploymentAnswer(deployment, created ? 201 : 200);
  });
}

/** An array of apps in one deployment. */
export async function putApps({ scheduler, changes }: Api, request: ApiRequest): Promise<Answer> {
  const body = await request.body();
  if (!Array.isArray(body))
    throw new MarathonFailure("wrongShape", "Invalid JSON", { details: [{ path: "/", errors: ["error.expected.jsarray"] }] });
  const sent = body.map((app: unknown) => ({ id: idFromBody(app), body: app }));
  if (sent.length > mostAtOnce) throw new MarathonFailure("illegal", `No more than ${mostAtOnce} apps can be written at once`);
  return changes.run(async () => {
    if (request.method === "PATCH") for (const { id } of sent) findApp(scheduler, id);
    const { deployment } = await writeApps(scheduler, sent, optionsOf(request));
    return deploymentAnswer(deployment);
  });
}

function optionsOf(request: ApiRequest): WriteOptions {
  return {
    force: flag(request.query, "force"),
    partial: flag(request.query, "partialUpdate", true),
    clientIp: request.clientIp,
    uri: request.path,
  };
}

/** Forces by default, here only: so Marathon does. */
export function removeApp({ scheduler, changes }: Api, request: ApiRequest, id: string): Promise<Answer> {
  return changes.run(async () => {
    findApp(scheduler, id);
    const version = scheduler.versions.next();
    const force = flag(request.query, "force", true);
    return deploymentAnswer(
      await changeApps(scheduler, { version, upserts: [], deletes: [id], force, clientIp: request.clientIp, uri: request.path }),
    );
  });
}

export function restartApp({ scheduler, changes }: Api, request: ApiRequest, id: string): Promise<Answer> {
  return changes.run(async () => {
    const app = findApp(scheduler, id);
    const version = scheduler.versions.next();
    const change = {
      version,
      upserts: [withVersion(app, version, "config")],
      deletes: [],
      restarts: [id],
      force: flag(request.query, "force"),
    };
    return deploymentAnswer(await changeApps(scheduler, { ...change, clientIp: request.clientIp, uri: request.path }));
  });
}

export async function appVersions({ scheduler }: Api, id: string): Promise<Answer> {
  findApp(scheduler, id);
  return { status: 200, json: { versions: await listVersions(scheduler.database, id) } };
}

export async function appVersion({ scheduler }: Api, id: string, text: string): Promise<Answer> {
  const version = parseTimestamp(text);
  const app = version === null ? null : await findVersion(scheduler.database, id, version);
  if (app === null) throw appNotFound(id, text.slice(0, 100));
  return { status: 200, json: plainApp(app) };
}
