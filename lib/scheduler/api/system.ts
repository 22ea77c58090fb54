import { MarathonFailure } from "../failures.ts";
import { groupIds } from "../model/group.ts";
import { type Scheduler } from "../scheduler.ts";
import { capacityOf, promisedBy } from "../tasks/capacity.ts";
import { type Answer, type Api, type ApiRequest, idOf } from "./request.ts";

/** What Marathon has beside its main resources: what of it makes sense here is answered, the rest says why not. */

/** There is one scheduler, and nobody to hand over to. */
export function refuseAbdication(): never {
  throw new MarathonFailure("notSupported", "This scheduler cannot abdicate: there is no other one to lead.");
}

export function showPlugin(segments: readonly string[]): never {
  throw new MarathonFailure("notFound", `No plugin with this pluginId: ${(segments[0] ?? "").slice(0, 100)}`);
}

/** Pods need an executor of Mesos. Reads find none; writes are refused. */
export function refusePods(request: ApiRequest, segments: readonly string[]): never {
  const why = "Pods are not supported by this scheduler: run each container as an app of its own.";
  if (request.method === "POST" || request.method === "PUT") throw new MarathonFailure("illegal", why);
  const id = idOf(segments.map((segment) => segment.replace(/::(status|versions|instances)$/, "")).filter((segment) => segment !== ""));
  throw new MarathonFailure("notFound", id === "/" ? why : `Pod '${id.slice(0, 300)}' does not exist`);
}

const removed: Readonly<Record<string, string>> = {
  artifacts: "There is no artifact store: Marathon removed it in 1.5. Serve files over HTTP and name them in `fetch`.",
  eventSubscriptions: "There are no event callbacks: Marathon removed them in 1.5. Read the stream at /v2/events.",
  schemas: "There are no JSON schemas: Marathon removed them in 1.7.",
};

/** Resources that Marathon itself has no more; null for any other name. */
export function removedResource(name: string): MarathonFailure | null {
  const why = Object.hasOwn(removed, name) ? removed[name] : undefined;
  return why === undefined ? null : new MarathonFailure("notFound", why);
}

export function refuseSetting(name: string): never {
  throw new MarathonFailure("notFound", `/${name} is not served: this scheduler's settings are its operator's, not its clients'.`);
}

/** What there is, for a person with a terminal. */
export function showHelp(): Answer {
  const text = [
    "A Marathon v2 API for one machine. JSON in and out; basic authentication for every path.",
    "",
    "GET POST PUT PATCH        /v2/apps",
    "GET PUT PATCH DELETE      /v2/apps/{id}      POST /v2/apps/{id}/restart",
    "GET DELETE                /v2/apps/{id}/tasks[/{task}]",
    "GET                       /v2/apps/{id}/versions[/{version}]",
    "GET POST PUT PATCH DELETE /v2/groups[/{id}]  GET /v2/groups/{id}/versions[/{version}]",
    "GET DELETE                /v2/deployments[/{id}]",
    "GET                       /v2/tasks          POST /v2/tasks/delete",
    "GET                       /v2/queue          DELETE /v2/queue/{id}/delay",
    "GET                       /v2/events (text/event-stream), /v2/info, /v2/leader, /v2/plugins",
    "GET                       /ping, /metrics, /metrics/prometheus, /ui/",
    "",
    "Of a Mesos master and agent: /state, /slaves, /state-summary, /metrics/snapshot, /containers, /monitor/statistics, /files/read",
    "",
  ];
  return { status: 200, text: text.join("\n") };
}

export function showMarathonMetrics(api: Api): Answer {
  const gauges = Object.fromEntries(Object.entries(gaugesOf(api.scheduler)).map(([name, value]) => [name, { value }]));
  return { status: 200, json: { version: "4.0.0", gauges, counters: {}, histograms: {}, meters: {}, timers: {} } };
}

export function showPrometheusMetrics(api: Api): Answer {
  const lines = Object.entries(gaugesOf(api.scheduler)).flatMap(([name, value]) => {
    const plain = name.replaceAll(/[^a-zA-Z0-9_]/g, "_");
    return [`# TYPE ${plain} gauge`, `${plain} ${value}`];
  });
  return { status: 200, text: `${lines.join("\n")}\n`, headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" } };
}

/** Names as Marathon 1.7 and later has them, and what this machine has promised. */
function gaugesOf(scheduler: Scheduler): Record<string, number> {
  const { state } = scheduler;
  const tasks = [...state.allAlive()];
  const running = tasks.filter((task) => task.startedAt !== null).length;
  const uptime = (Date.now() - Date.parse(scheduler.startedAt)) / 1_000;
  const capacity = capacityOf(scheduler) ?? { cpus: 0, mem: 0 };
  const promised = promisedBy(scheduler);
  return {
    "marathon.apps.active.gauge": state.apps.size,
    "marathon.groups.active.gauge": groupIds(state.apps, state.groups).size + 1,
    "marathon.pods.active.gauge": 0,
    "marathon.deployments.active.gauge": state.deployments.size,
    "marathon.instances.running.gauge": running,
    "marathon.instances.staged.gauge": tasks.length - running,
    "marathon.instances.waiting.gauge": scheduler.queue.entries().reduce((sum, entry) => sum + entry.count, 0),
    "marathon.http.event-streams.active.gauge": scheduler.events.subscribers,
    "marathon.leadership.duration.gauge.seconds": uptime,
    "marathon.uptime.gauge.seconds": uptime,
    "berth.machine.connected.gauge": scheduler.machine.connected ? 1 : 0,
    "berth.machine.cpus.total.gauge": capacity.cpus,
    "berth.machine.cpus.promised.gauge": promised.cpus,
    "berth.machine.mem.total.gauge.megabytes": capacity.mem,
    "berth.machine.mem.promised.gauge.megabytes": promised.mem,
    "process.memory.rss.gauge.bytes": process.memoryUsage.rss(),
  };
}
