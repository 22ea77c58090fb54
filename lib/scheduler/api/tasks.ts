import { z } from "zod";

import { changeApps } from "../deployments/change-apps.ts";
import { MarathonFailure } from "../failures.ts";
import { withVersion } from "../model/app-change.ts";
import { type AppDefinition } from "../model/app.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { groupExists } from "../model/group.ts";
import { isBelow, segmentsOf } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";
import { killTask } from "../tasks/kill-task.ts";
import { type Task, hasEnded } from "../tasks/task.ts";
import { deploymentAnswer, findApp } from "./apps.ts";
import { type Answer, type Api, type ApiRequest, flag } from "./request.ts";
import { taskView } from "./task-view.ts";

const idsSchema = z.object({ ids: z.array(z.string()).max(10_000) });

export function listTasks({ scheduler }: Api, request: ApiRequest): Answer {
  const { query } = request;
  if (wantsText(request)) return endpointList([...scheduler.state.apps.values()], scheduler);
  const wanted = new Set(
    [...query.getAll("status"), ...query.getAll("status[]")].filter((status) => status === "running" || status === "staging"),
  );
  const tasks = [...scheduler.state.allAlive()].filter(
    (task) => wanted.size === 0 || wanted.has(task.startedAt === null ? "staging" : "running"),
  );
  return { status: 200, json: { tasks: tasks.map((task) => taskView(scheduler, task)) } };
}

export function listTasksOfApp({ scheduler }: Api, request: ApiRequest, id: string): Answer {
  const app = findApp(scheduler, id);
  if (wantsText(request)) return endpointList([app], scheduler);
  return { status: 200, json: { tasks: scheduler.state.alive(id).map((task) => taskView(scheduler, task)) } };
}

export function listTasksOfGroup({ scheduler }: Api, request: ApiRequest, group: string): Answer {
  const { apps, groups } = scheduler.state;
  if (!groupExists(group, apps, groups)) throw new MarathonFailure("notFound", `Group '${group}' does not exist`);
  const inside = [...apps.values()].filter((app) => isBelow(app.id, group));
  if (wantsText(request)) return endpointList(inside, scheduler);
  const tasks = inside.flatMap((app) => scheduler.state.alive(app.id));
  return { status: 200, json: { tasks: tasks.map((task) => taskView(scheduler, task)) } };
}

/** JSON for whoever takes anything. */
function wantsText({ raw }: ApiRequest): boolean {
  const accept = raw.headers.accept ?? "";
  return /text\/plain/.test(accept) && !/\*\/\*|application\/(json|\*)/.test(accept);
}

/** The list of old balancers' scripts: app, service port and the addresses behind it, with tabs between. */
function endpointList(apps: readonly AppDefinition[], scheduler: Scheduler): Answer {
  const lines = apps.flatMap((app) => {
    const name = segmentsOf(app.id).join("_");
    const running = scheduler.state.alive(app.id).filter((task) => task.startedAt !== null && task.killReason === null);
    const ports = endpointsOf(app).map((endpoint) => endpoint.servicePort);
    if (ports.length === 0) return [[name, " ", ...running.map((task) => task.host)]];
    return ports.map((port, index) => [name, String(port), ...running.map((task) => `${task.host}:${task.ports[index] ?? 0}`)]);
  });
  return { status: 200, text: lines.map((line) => `${line.join("\t")}\t\n`).join("") };
}

export async function killTasksOfApp(api: Api, request: ApiRequest, id: string): Promise<Answer> {
  const { scheduler } = api;
  findApp(scheduler, id);
  const host = request.query.get("host") ?? "*";
  const tasks = scheduler.state.alive(id).filter((task) => host === "*" || task.host === host);
  return kill(api, request, tasks, (killed) => ({ tasks: killed }));
}

export async function killTaskOfApp(api: Api, request: ApiRequest, place: { appId: string; taskId: string }): Promise<Answer> {
  const { scheduler } = api;
  findApp(scheduler, place.appId);
  const task = scheduler.state.tasks.get(place.taskId);
  if (task === undefined || hasEnded(task) || task.appId !== place.appId) {
    throw new MarathonFailure("notFound", `Task '${place.taskId.slice(0, 300)}' does not exist`);
  }
  return kill(api, request, [task], ([killed]) => ({ task: killed }));
}

/** `{"ids":[…]}`, of any apps; ids that are not known are passed over. */
export async function killTasks(api: Api, request: ApiRequest): Promise<Answer> {
  const parsed = idsSchema.safeParse(await request.body());
  if (!parsed.success)
    throw new MarathonFailure("wrongShape", "Invalid JSON", { details: [{ path: "/ids", errors: ["error.expected.jsarray"] }] });
  const tasks = parsed.data.ids.flatMap((id) => {
    if (!/^.+[._].+$/.test(id)) throw new MarathonFailure("badRequest", `Invalid task id '${id.slice(0, 300)}'. [unknown format]`);
    const task = api.scheduler.state.tasks.get(id);
    return task === undefined || hasEnded(task) ? [] : [task];
  });
  return kill(api, request, tasks, (killed) => ({ tasks: killed }));
}

async function kill(api: Api, request: ApiRequest, tasks: readonly Task[], body: (killed: unknown[]) => unknown): Promise<Answer> {
  const { scheduler } = api;
  const scale = flag(request.query, "scale");
  if (scale && flag(request.query, "wipe")) throw new MarathonFailure("badRequest", "You cannot use scale and wipe at the same time.");
  if (scale) return api.changes.run(() => scaleDown(scheduler, request, tasks));
  if (!scheduler.database.available) throw new MarathonFailure("unavailable", "The scheduler's database does not answer.");
  const killed = tasks.map((task) => taskView(scheduler, task));
  for (const task of tasks) killTask(scheduler, task, "Killed by request");
  return { status: 200, json: body(killed) };
}

/** Kills exactly these, and wants so many fewer. */
async function scaleDown(scheduler: Scheduler, request: ApiRequest, tasks: readonly Task[]): Promise<Answer> {
  const version = scheduler.versions.next();
  const toKill: Record<string, string[]> = {};
  for (const task of tasks) if (!hasEnded(task) && task.killReason === null) (toKill[task.appId] ??= []).push(task.id);
  const upserts = Object.entries(toKill).flatMap(([id, ids]) => {
    const app = scheduler.state.apps.get(id);
    if (app === undefined) return [];
    return [withVersion({ ...app, instances: Math.max(0, app.instances - ids.length) }, version, "scale", app)];
  });
  const change = { version, upserts, deletes: [], toKill, force: flag(request.query, "force") };
  return deploymentAnswer(await changeApps(scheduler, { ...change, clientIp: request.clientIp, uri: request.path }));
}
