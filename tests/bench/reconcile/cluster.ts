import { createServer } from "node:http";

import { Client } from "pg";
import { z } from "zod";

/** A cluster as an outside party: answers what a Marathon 1.10 answered with these apps, and counts how often it is asked. */
export interface Cluster {
  readonly url: string;
  readonly listBytes: number;
  /** Calls since the last time, by method and path. */
  takeCalls(): string[];
  stop(): Promise<void>;
}

const appRow = z.object({ id: z.string(), app_id: z.string(), release_id: z.string() });
const version = "2026-01-05T09:00:00.000Z";

/** One healthy app for each environment of the database. */
export async function startCluster(databaseUrl: string, instance: string): Promise<Cluster> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query("SELECT id, app_id, live_release_id AS release_id FROM environment");
  await client.end();
  const list = Buffer.from(
    JSON.stringify({
      apps: z
        .array(appRow)
        .parse(rows)
        .map((row) => appOf(row, instance)),
    }),
  );
  const info = Buffer.from(JSON.stringify({ name: "marathon", version: "1.10.26", frameworkId: "bench", leader: "127.0.0.1:8080" }));
  let calls: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    calls.push(`${request.method} ${path}`);
    response.setHeader("content-type", "application/json");
    response.end(path === "/v2/apps" ? list : path === "/v2/info" ? info : "{}");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    listBytes: list.length,
    takeCalls: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

function appOf(row: z.infer<typeof appRow>, instance: string) {
  const task = `${row.app_id.slice(1).replaceAll("/", "_")}.task`;
  return {
    id: row.app_id,
    instances: 1,
    cpus: 0.25,
    mem: 256,
    disk: 0,
    env: { PORT: "8080", BERTH_PROJECT: "project", BERTH_STAGE: "review" },
    container: {
      type: "DOCKER",
      docker: { image: "127.0.0.1:5000/shop@sha256:0000000000000000000000000000000000000000000000000000000000000000" },
      portMappings: [{ containerPort: 8080, hostPort: 0, protocol: "tcp" }],
    },
    networks: [{ mode: "container/bridge" }],
    labels: { "berth.instance": instance, "berth.environment": row.id, "berth.release": row.release_id },
    healthChecks: [
      {
        protocol: "MESOS_HTTP",
        path: "/",
        portIndex: 0,
        intervalSeconds: 2,
        timeoutSeconds: 5,
        gracePeriodSeconds: 120,
        maxConsecutiveFailures: 3,
      },
    ],
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    version,
    versionInfo: { lastScalingAt: version, lastConfigChangeAt: version },
    tasksStaged: 0,
    tasksRunning: 1,
    tasksHealthy: 1,
    tasksUnhealthy: 0,
    deployments: [],
    tasks: [
      {
        id: task,
        appId: row.app_id,
        host: "127.0.0.2",
        ports: [31_000],
        state: "TASK_RUNNING",
        version,
        stagedAt: version,
        startedAt: version,
        slaveId: "bench-S0",
        ipAddresses: [{ ipAddress: "172.17.0.2", protocol: "IPv4" }],
        healthCheckResults: [
          {
            alive: true,
            consecutiveFailures: 0,
            firstSuccess: version,
            lastSuccess: version,
            lastFailure: null,
            lastFailureCause: null,
            instanceId: task,
          },
        ],
      },
    ],
  };
}
