import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type DockerAddress, startScheduler } from "#lib/scheduler/server.ts";

import { runProcess } from "../run-process.ts";
import { readSchedulerSettings } from "./settings.ts";

await runProcess("scheduler", async (config, log) => {
  const { processUrl } = config.database;
  const { credentials } = config.marathon;
  if (processUrl === undefined || credentials === undefined || config.docker.host === undefined) {
    throw new Error("BERTH_PROCESS_DATABASE_URL, MARATHON_CREDENTIALS or DOCKER_HOST is unset: the supervisor starts this process");
  }
  const settings = await readSchedulerSettings(config.home);
  return startScheduler({
    ...settings,
    // Berth's own pages are where a signed archive of registry credentials comes from.
    fetch: { ...settings.fetch, hosts: [...ownHosts(config.web.origin), ...(settings.fetch?.hosts ?? [])] },
    databaseUrl: processUrl,
    docker: parseDockerHost(config.docker.host),
    listen: { host: config.scheduler.host, port: config.scheduler.port },
    credentials,
    instance: (await readFile(join(config.home, "instance"), "utf8")).trim(),
    workDir: join(config.home, "scheduler"),
    publishAddress: config.scheduler.taskAddress,
    portRange: config.scheduler.taskPorts,
    // Marathon's own intervals would let a preview that is up wait for seconds.
    eagerHealthChecks: true,
    log,
  });
});

/** `host:port` of an origin, and of this machine under the same port. */
function ownHosts(origin: string): string[] {
  const { protocol, hostname, port } = new URL(origin);
  const number = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  return [hostname, "localhost", "127.0.0.1"].map((host) => `${host}:${number}`);
}

function parseDockerHost(host: string): DockerAddress {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const { hostname, port } = new URL(host.replace(/^tcp:/, "http:"));
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
}
