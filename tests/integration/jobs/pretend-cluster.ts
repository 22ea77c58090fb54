import { randomUUID } from "node:crypto";

import { z } from "zod";

import { type Asked, type AnsweringServer, startAnswering } from "../marathon/answering-server.ts";

const bodySchema = z.looseObject({ id: z.string(), instances: z.number(), labels: z.record(z.string(), z.string()).default({}) });

interface PretendApp {
  readonly body: z.output<typeof bodySchema>;
  instances: number;
  version: string;
  task: { id: string; state: string; startedAt: string | null } | null;
  failure: { message: string; state: string; taskId: string } | null;
  ended: { id: string; state: string }[];
  delaySeconds: number | null;
}

export interface PretendCluster {
  readonly url: string;
  readonly apps: ReadonlyMap<string, PretendApp>;
  /** The id of every app whose task was started, in order: twice for one that was started twice. */
  readonly starts: readonly string[];
  /** Whether new apps find room. */
  room: boolean;
  /** The time by the cluster's own clock; the machine's where it is null. */
  clock: Date | null;
  /** The next POST is not even heard. */
  dropNextQuestion: boolean;
  /** The next POST is done, and its answer lost. */
  loseNextAnswer: boolean;
  /** The only task of the app ends by itself. */
  end(appId: string, exitCode: number, output?: string): void;
  /** Somebody kills the task, and Marathon starts another. */
  replaceTask(appId: string): void;
  removeApp(appId: string): void;
  stop(): Promise<void>;
}

/**
 * A Marathon with its Mesos that answers as documented and runs nothing: what a task does is decided by the test, at the moment it wants. The
 * real scheduler is asked in tests/faults/jobs.test.ts.
 */
export async function startPretendCluster(): Promise<PretendCluster> {
  const apps = new Map<string, PretendApp>();
  const starts: string[] = [];
  const outputs = new Map<string, string>();
  const state: Pick<PretendCluster, "room" | "clock" | "dropNextQuestion" | "loseNextAnswer"> = {
    room: true,
    clock: null,
    dropNextQuestion: false,
    loseNextAnswer: false,
  };

  function startTask(app: PretendApp): void {
    starts.push(app.body.id);
    const id = `${app.body.id.slice(1).replaceAll("/", "_")}.instance-${randomUUID()}._app.1`;
    app.task = { id, state: "TASK_RUNNING", startedAt: (state.clock ?? new Date()).toISOString() };
    outputs.set(id, `hello from ${app.body.id}\n`);
  }

  function endTask(app: PretendApp, taskState: string): void {
    if (app.task === null) return;
    app.ended.push({ id: app.task.id, state: taskState });
    app.task = null;
  }

  const view = (app: PretendApp) => ({
    ...app.body,
    instances: app.instances,
    version: app.version,
    versionInfo: { lastConfigChangeAt: app.version },
    tasks: app.task === null ? [] : [{ ...app.task, host: "here", slaveId: "S0", ports: [], version: app.version }],
    deployments: [],
    ...(app.failure === null ? {} : { lastTaskFailure: { ...app.failure, timestamp: app.version, version: app.version } }),
  });

  const executors = (ended: boolean) =>
    [...apps.values()].flatMap((app) =>
      (ended ? app.ended : app.task === null ? [] : [app.task]).map((task) => ({
        id: task.id,
        directory: `/sandbox/${task.id}`,
        tasks: ended ? [] : [task],
        completed_tasks: ended ? [task] : [],
      })),
    );

  function files(url: URL) {
    const id = /\/sandbox\/([^/]+)\/(stdout|stderr)$/.exec(url.searchParams.get("path") ?? "");
    const text = id?.[2] === "stdout" ? (outputs.get(id[1] ?? "") ?? "") : "";
    const offset = Number(url.searchParams.get("offset"));
    return offset === -1 ? { data: "", offset: text.length } : { data: text.slice(offset), offset };
  }

  function write(request: Asked, id: string) {
    const app = apps.get(id);
    if (request.method === "DELETE") return apps.delete(id) ? { version: "v", deploymentId: randomUUID() } : 404;
    if (app === undefined) return 404;
    const { instances } = z.object({ instances: z.number() }).parse(JSON.parse(request.body));
    Object.assign(app, { instances, version: new Date().toISOString() });
    if (instances === 0) endTask(app, "TASK_KILLED");
    return { version: app.version, deploymentId: randomUUID() };
  }

  function create(request: Asked) {
    const body = bodySchema.parse(JSON.parse(request.body));
    if (state.dropNextQuestion) {
      state.dropNextQuestion = false;
      return hangUp;
    }
    if (apps.has(body.id)) return conflict(body.id);
    const app: PretendApp = {
      body,
      instances: 1,
      version: new Date().toISOString(),
      task: null,
      failure: null,
      ended: [],
      delaySeconds: null,
    };
    apps.set(body.id, app);
    if (state.room) startTask(app);
    if (!state.loseNextAnswer) return view(app);
    state.loseNextAnswer = false;
    return hangUp;
  }

  const server: AnsweringServer = await startAnswering((request) => {
    const url = new URL(request.url, "http://here");
    const path = url.pathname;
    if (path === "/v2/info")
      return {
        name: "marathon",
        version: "1.10.0",
        frameworkId: "F0",
        leader: url.host,
        marathon_config: { mesos_leader_ui_url: server.url },
      };
    if (path === "/v2/apps" && request.method === "GET") return { apps: [...apps.values()].map(view) };
    if (path === "/v2/apps") return create(request);
    if (path.startsWith("/v2/apps/")) return write(request, `/${path.slice("/v2/apps/".length).replace(/^\/+/, "")}`);
    if (path === "/v2/queue") return queueOf(apps);
    if (path === "/slaves") return { slaves: [{ id: "S0", pid: `slave(1)@${new URL(server.url).host}`, hostname: "here" }] };
    if (path === "/state") return { frameworks: [{ id: "F0", executors: executors(false), completed_executors: executors(true) }] };
    return path === "/files/read" ? files(url) : 404;
  });

  const known = (appId: string) => {
    const app = apps.get(appId);
    if (app === undefined) throw new Error(`There is no ${appId}`);
    return app;
  };
  return Object.assign(state, {
    url: server.url,
    apps,
    starts,
    end(appId: string, exitCode: number, output = "") {
      const app = known(appId);
      const taskId = app.task?.id ?? "";
      outputs.set(taskId, (outputs.get(taskId) ?? "") + output);
      endTask(app, exitCode === 0 ? "TASK_FINISHED" : "TASK_FAILED");
      app.delaySeconds = 600_000;
      if (exitCode !== 0) app.failure = { message: `Container exited with status ${exitCode}`, state: "TASK_FAILED", taskId };
    },
    replaceTask(appId: string) {
      endTask(known(appId), "TASK_KILLED");
      startTask(known(appId));
    },
    removeApp: (appId: string) => void apps.delete(appId),
    stop: () => server.stop(),
  });
}

const hangUp = (_asked: Asked, _response: unknown, socket: { destroy(): void }) => socket.destroy();

function conflict(id: string) {
  return (_asked: Asked, response: { writeHead(status: number, headers: Record<string, string>): { end(text: string): void } }) =>
    response
      .writeHead(409, { "content-type": "application/json" })
      .end(JSON.stringify({ message: `An app with id [${id}] already exists.` }));
}

function queueOf(apps: ReadonlyMap<string, PretendApp>) {
  const waiting = [...apps.values()].filter((app) => app.instances > 0 && app.task === null);
  return {
    queue: waiting.map((app) => ({
      app: { id: app.body.id },
      count: 1,
      delay: { timeLeftSeconds: app.delaySeconds ?? 0, overdue: app.delaySeconds === null },
      processedOffersSummary: {
        processedOffersCount: 1,
        unusedOffersCount: 1,
        rejectSummaryLastOffers: [{ reason: "InsufficientMemory", declined: 1, processed: 1 }],
      },
    })),
  };
}
