import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { createRedactor } from "#lib/core/redaction.ts";

import { renderApp, toAppJson } from "./app-json.ts";
import { appPath } from "./app-path.ts";
import { type Connection, MarathonUncertain } from "./connection.ts";
import type { AppDefinition, AppSpec } from "./definition.ts";
import type { InspectedApp, MarathonChange, MarathonClient, MarathonDeployment, MarathonInfo } from "./model.ts";
import { changeOf } from "./translate.ts";
import { changeSchema } from "./wire.ts";

type Writes = Pick<
  MarathonClient,
  "putApp" | "createApp" | "scaleApp" | "restartApp" | "deleteApp" | "cancelDeployment" | "resetDelay" | "killTasks" | "isOwn"
>;
type Written = MarathonChange & { readonly created: boolean };

interface Reads {
  info(): Promise<MarathonInfo>;
  inspect(id: string): Promise<InspectedApp | null>;
  deployments(): Promise<MarathonDeployment[]>;
}

const rememberAtMost = 4000;
const nothing: MarathonChange = { version: "", deploymentId: "" };

/** Everything that changes something in the cluster. After a lost answer the state is read, and decides. */
export function createWrites(connection: Connection, reads: Reads): Writes {
  const own = createMemory();
  const write = createWriter(connection, own);

  async function scaleApp(id: string, instances: number, force: boolean): Promise<MarathonChange> {
    const put = () => write("PUT", `${appPath(id)}?force=${force}`, { instances });
    return await settle(put, async () => {
      const app = await reads.inspect(id);
      return app !== null && app.instances === instances ? own.take(app) : null;
    });
  }

  return {
    putApp: async (app, { force = false } = {}) => await putApp(app, force, { write, own, reads }),
    async createApp(app) {
      const info = await reads.info();
      try {
        return await write("POST", "/v2/apps", "ports" in app ? renderApp(app, info) : toAppJson(app, info));
      } catch (error) {
        throw hideValues(error, app.env);
      }
    },
    scaleApp: (id, instances, { force = false } = {}) => scaleApp(id, instances, force),
    restartApp: async (id, { force = false } = {}) => await restartApp(id, force, { write, own, reads }),
    deleteApp: (id, { force = true } = {}) =>
      goneIsFine(
        settle(
          () => write("DELETE", `${appPath(id)}?force=${force}`),
          async () => ((await reads.inspect(id)) === null ? nothing : null),
        ),
      ),
    cancelDeployment: (id, { force = false } = {}) =>
      goneIsFine(
        settle(
          () => write("DELETE", `/v2/deployments/${encodeURIComponent(id)}?force=${force}`),
          async () => ((await reads.deployments()).some((deployment) => deployment.id === id) ? null : nothing),
        ),
      ),
    async resetDelay(id) {
      await goneIsFine(write("DELETE", `/v2/queue/${appPath(id).slice("/v2/apps/".length)}/delay`));
    },
    killTasks: (ids, { scale = false, force = false } = {}) => write("POST", `/v2/tasks/delete?scale=${scale}&force=${force}`, { ids }),
    isOwn: (deploymentId) => own.has(deploymentId),
  };
}

type Write = (method: "PUT" | "POST" | "DELETE", path: string, body?: unknown) => Promise<Written>;

function createWriter(connection: Connection, own: Memory): Write {
  return async (method, path, body) => {
    const answer = await connection.send({ method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const parsed = changeSchema.safeParse(connection.json(answer));
    const change = changeOf(parsed.data ?? {}, answer.headers);
    own.add(change.deploymentId);
    return { ...change, created: answer.status === 201 };
  };
}

/**
 * A write that may be made twice without harm. When its answer is lost, `look` says whether it shows in the state; if not, it is made once
 * more, and after that whoever asked decides.
 */
async function settle(make: () => Promise<Written>, look: () => Promise<MarathonChange | null>): Promise<Written> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof MarathonUncertain)) throw error;
    const seen = await look();
    return seen === null ? await make() : { ...seen, created: false };
  }
}

interface Parts {
  readonly write: Write;
  readonly own: Memory;
  readonly reads: Reads;
}

async function restartApp(id: string, force: boolean, { write, own, reads }: Parts): Promise<MarathonChange> {
  const before = await reads.inspect(id);
  try {
    return await write("POST", `${appPath(id)}/restart?force=${force}`, {});
  } catch (error) {
    if (!(error instanceof MarathonUncertain)) throw error;
    // Never twice: a second restart would replace every task again.
    const app = await reads.inspect(id);
    if (app !== null && before !== null && app.version !== before.version) return own.take(app);
    throw error;
  }
}

/** PUT with the whole definition: what is not in it is not in the app either (1.4 and later; before, unmentioned fields stay). */
async function putApp(app: AppSpec | AppDefinition, force: boolean, parts: Parts): Promise<Written> {
  const info = await parts.reads.info();
  const json = "ports" in app ? renderApp(app, info) : toAppJson(app, info);
  const partial = info.fullReplacement ? "&partialUpdate=false" : "";
  const put = async () => await parts.write("PUT", `${appPath(app.id)}?force=${force}${partial}`, json);
  /** Whether Marathon has this very app already, and is on its way to it or there. */
  async function there(): Promise<MarathonChange | null> {
    const seen = await parts.reads.inspect(app.id);
    return seen !== null && (await seen.differencesFrom(app)).length === 0 ? parts.own.take(seen) : null;
  }
  try {
    return await settle(put, there);
  } catch (error) {
    // A wish of ours whose answer was lost, in this life or the one before, locks the app against its own repetition.
    const seen = isBerthError(error, "marathon_locked") ? await there() : null;
    if (seen !== null && seen.deploymentId !== "") return { ...seen, created: false };
    throw hideValues(error, app.env);
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

interface Memory {
  add(deploymentId: string): void;
  has(deploymentId: string): boolean;
  /** The change that shows in an app, remembered as our own. */
  take(app: InspectedApp): MarathonChange;
}

function createMemory(): Memory {
  const ids = new Set<string>();
  function add(deploymentId: string): void {
    if (deploymentId === "") return;
    ids.add(deploymentId);
    if (ids.size > rememberAtMost) ids.delete(ids.values().next().value ?? "");
  }
  return {
    add,
    has: (deploymentId) => ids.has(deploymentId),
    take(app) {
      const deploymentId = app.deployments[0] ?? "";
      add(deploymentId);
      return { version: app.version, deploymentId };
    },
  };
}
