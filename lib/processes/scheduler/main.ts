import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type DockerAddress, startScheduler } from "#lib/scheduler/server.ts";

import { runProcess } from "../run-process.ts";

await runProcess("scheduler", async (config, log) => {
  const { processUrl } = config.database;
  const { credentials } = config.marathon;
  if (processUrl === undefined || credentials === undefined || config.docker.host === undefined) {
    throw new Error("BERTH_PROCESS_DATABASE_URL, MARATHON_CREDENTIALS or DOCKER_HOST is unset: the supervisor starts this process");
  }
  return startScheduler({
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

function parseDockerHost(host: string): DockerAddress {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const { hostname, port } = new URL(host.replace(/^tcp:/, "http:"));
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
}
