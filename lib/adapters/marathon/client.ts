import { appPath } from "./app-path.ts";
import { createConnection } from "./connection.ts";
import { differencesOf } from "./differences.ts";
import { followEvents } from "./events.ts";
import { labelSelector, matchesLabels } from "./label-selector.ts";
import type { InspectedApp, MarathonClient, MarathonInfo, MarathonOptions } from "./model.ts";
import { toDeployment, toInfo, toObservedApp, toQueueItem } from "./translate.ts";
import { appBodySchema, appListSchema, appSchema, deploymentsSchema, infoSchema, queueSchema } from "./wire.ts";
import { createWrites } from "./writes.ts";

export type { AppSpec, Difference } from "./definition.ts";
export type { InspectedApp, MarathonClient, MarathonEvent, MarathonOptions, ObservedApp, ObservedTask } from "./model.ts";

/** An upgrade of Marathon in place is noticed after this time at the latest. */
const infoFreshMs = 60_000;
const embeds = ["tasks", "counts", "lastTaskFailure", "deployments"];

/** A client for one Marathon cluster, 0.11 to 1.10: reads every dialect, writes the one the server understands. */
export function createMarathon(options: MarathonOptions): MarathonClient {
  const connection = createConnection(options);
  const info = rememberInfo(async () => toInfo(await connection.read("/v2/info", infoSchema)));

  async function inspect(id: string): Promise<InspectedApp | null> {
    const search = new URLSearchParams(embeds.map((name) => ["embed", `app.${name}`]));
    const answer = await connection.readOrNull(`${appPath(id)}?${search.toString()}`, appSchema);
    if (answer === null) return null;
    return {
      ...toObservedApp(appBodySchema.parse(answer.app)),
      differencesFrom: async (asked) => differencesOf(asked, answer.app, await info.known()),
    };
  }

  async function deployments() {
    return (await connection.read("/v2/deployments", deploymentsSchema)).map(toDeployment);
  }

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
    getApp: inspect,
    deployments,
    async queue() {
      return (await connection.read("/v2/queue", queueSchema)).queue.flatMap(toQueueItem);
    },
    ...createWrites(connection, { info: () => info.known(), inspect, deployments }),
    events: (signal) => followEvents({ connection, info: () => info.known(), log: options.log, idleMs: options.eventIdleMs }, signal),
    close: () => connection.close(),
  };
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
