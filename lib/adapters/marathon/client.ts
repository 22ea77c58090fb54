import { BerthError } from "#lib/core/errors.ts";
import { createRedactor } from "#lib/core/redaction.ts";

import { toAppJson } from "./app-json.ts";
import { appPath } from "./app-path.ts";
import { createConnection } from "./connection.ts";
import { followEvents } from "./events.ts";
import { labelSelector, matchesLabels } from "./label-selector.ts";
import type { AppSpec, MarathonChange, MarathonClient, MarathonInfo, MarathonOptions } from "./model.ts";
import { changeOf, toDeployment, toInfo, toObservedApp, toQueueItem } from "./translate.ts";
import { appListSchema, appSchema, changeSchema, deploymentsSchema, infoSchema, queueSchema } from "./wire.ts";

export type { AppSpec, MarathonClient, MarathonEvent, MarathonOptions, ObservedApp, ObservedTask } from "./model.ts";

/** An upgrade of Marathon in place is noticed after this time at the latest. */
const infoFreshMs = 60_000;
const embeds = ["tasks", "counts", "lastTaskFailure", "deployments"];

/** A client for one Marathon cluster, 0.8 to 1.10: reads every dialect, writes the one the server understands. */
export function createMarathon(options: MarathonOptions): MarathonClient {
  const connection = createConnection(options);
  const info = rememberInfo(async () => toInfo(await connection.read("/v2/info", infoSchema)));
  const write = createWriter(connection);

  return {
    info: () => info.fresh(),
    async ping() {
      return await connection.send({ method: "GET", path: "/ping" }).then(
        (answer) => answer.status >= 200 && answer.status < 300,
        () => false,
      );
    },
    async listApps(query = {}) {
      const labels = query.labels ?? {};
      const selector = Object.keys(labels).length === 0 ? [] : [["label", labelSelector(labels)]];
      const search = new URLSearchParams([...embeds.map((name) => ["embed", `apps.${name}`]), ...selector]);
      const { apps } = await connection.read(`/v2/apps?${search.toString()}`, appListSchema);
      // Asked again here: whoever does not know the selector answers everything, and not all of that is ours.
      return apps.map(toObservedApp).filter((app) => matchesLabels(app.labels, labels));
    },
    async getApp(id) {
      const search = new URLSearchParams(embeds.map((name) => ["embed", `app.${name}`]));
      const answer = await connection.readOrNull(`${appPath(id)}?${search.toString()}`, appSchema);
      return answer === null ? null : toObservedApp(answer.app);
    },
    putApp: async (spec, { force = false } = {}) => await putApp(write, await info.known(), spec, force),
    scaleApp: (id, instances, { force = false } = {}) => write("PUT", `${appPath(id)}?force=${force}`, { instances }),
    restartApp: (id, { force = false } = {}) => write("POST", `${appPath(id)}/restart?force=${force}`, {}),
    deleteApp: (id, { force = true } = {}) => goneIsFine(write("DELETE", `${appPath(id)}?force=${force}`)),
    async deployments() {
      return (await connection.read("/v2/deployments", deploymentsSchema)).map(toDeployment);
    },
    cancelDeployment: (id, { force = false } = {}) =>
      goneIsFine(write("DELETE", `/v2/deployments/${encodeURIComponent(id)}?force=${force}`)),
    async queue() {
      return (await connection.read("/v2/queue", queueSchema)).queue.flatMap(toQueueItem);
    },
    async resetDelay(id) {
      await goneIsFine(write("DELETE", `/v2/queue/${appPath(id).slice("/v2/apps/".length)}/delay`));
    },
    killTasks: (ids, { scale = false, force = false } = {}) => write("POST", `/v2/tasks/delete?scale=${scale}&force=${force}`, { ids }),
    events: (signal) => followEvents({ connection, log: options.log, idleMs: options.eventIdleMs }, signal),
    close: () => connection.close(),
  };
}

type Write = (method: "PUT" | "POST" | "DELETE", path: string, body?: unknown) => Promise<MarathonChange & { created: boolean }>;

function createWriter(connection: ReturnType<typeof createConnection>): Write {
  return async (method, path, body) => {
    const answer = await connection.send({ method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const parsed = changeSchema.safeParse(connection.json(answer));
    return { ...changeOf(parsed.data ?? {}, answer.headers), created: answer.status === 201 };
  };
}

/** PUT with the whole definition: what is not in the spec is not in the app either (1.4 and later; before, unmentioned fields stay). */
async function putApp(write: Write, info: MarathonInfo, spec: AppSpec, force: boolean): Promise<MarathonChange & { created: boolean }> {
  const partial = info.fullReplacement ? "&partialUpdate=false" : "";
  try {
    return await write("PUT", `${appPath(spec.id)}?force=${force}${partial}`, toAppJson(spec, info));
  } catch (error) {
    throw hideValues(error, spec.env);
  }
}

/** Marathon may quote what it refuses, and what it was sent holds secrets. */
function hideValues(error: unknown, env: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof BerthError) || error.detail === undefined || error.code !== "marathon_refused") return error;
  return new BerthError(error.code, { detail: createRedactor(Object.values(env))(error.detail) });
}

async function goneIsFine(work: Promise<MarathonChange>): Promise<MarathonChange | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof BerthError && error.code === "not_found") return null;
    throw error;
  }
}

interface RememberedInfo {
  fresh(): Promise<MarathonInfo>;
  known(): Promise<MarathonInfo>;
}

function rememberInfo(ask: () => Promise<MarathonInfo>): RememberedInfo {
  let last: { info: MarathonInfo; at: number } | null = null;
  async function fresh(): Promise<MarathonInfo> {
    const info = await ask();
    last = { info, at: performance.now() };
    return info;
  }
  return { fresh, known: async () => (last !== null && performance.now() - last.at < infoFreshMs ? last.info : await fresh()) };
}
