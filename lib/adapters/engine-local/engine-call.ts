import { request } from "node:http";

import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";

/**
 * The few questions the supervisor has for an engine, asked without a client library: it lives as long as Berth does and
 * should stay small. Everything that builds or runs goes through lib/adapters/docker.
 */
const answerLimitBytes = 4 * 1024 * 1024;

export interface EngineAnswer {
  readonly status: number;
  readonly body: string;
}

/** Calls the engine at `unix:///…` or `tcp://host:port`. Throws `docker_unavailable` when nothing answers in time. */
export function callEngine(host: string, call: { method: string; path: string; timeoutMs: number }): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(new BerthError("docker_unavailable", { cause }));
    const outgoing = request(
      { ...address(host), method: call.method, path: call.path, headers: { host: "docker" }, signal: AbortSignal.timeout(call.timeoutMs) },
      (incoming) => {
        let body = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => {
          body += chunk;
          if (body.length > answerLimitBytes) incoming.destroy(new Error("The engine's answer is too long"));
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
        incoming.on("error", fail);
      },
    );
    outgoing.on("error", fail);
    outgoing.end();
  });
}

/** Throws `start_failed` for an address of a kind that is not supported. */
function address(host: string): { socketPath: string } | { host: string; port: number } {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const tcp = /^(?:tcp|http):\/\/([^:/]+|\[[^\]]+\])(?::(\d+))?\/?$/.exec(host);
  if (tcp?.[1] !== undefined) return { host: tcp[1].replace(/^\[|\]$/g, ""), port: Number(tcp[2] ?? 2375) };
  throw new BerthError("start_failed", { detail: "DOCKER_HOST must be unix:///path/to/docker.sock or tcp://host:port." });
}

/** The version of the engine that answers there, or undefined when none does within `timeoutMs`. */
export async function engineVersion(host: string, timeoutMs = 2000): Promise<string | undefined> {
  try {
    const answer = await callEngine(host, { method: "GET", path: "/version", timeoutMs });
    return z.object({ Version: z.string().max(100) }).parse(JSON.parse(answer.body)).Version;
  } catch (error) {
    if (error instanceof BerthError && error.code === "start_failed") throw error;
    return undefined;
  }
}

const containersSchema = z.array(z.object({ Id: z.string().regex(/^[0-9a-f]{12,64}$/) }));

/** Stops the running containers that carry a label (`name` or `name=value`), all at once, each within `graceSeconds`. */
export async function stopLabelledContainers(host: string, label: string, graceSeconds: number): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label], status: ["running", "restarting", "paused"] }));
  const listed = await callEngine(host, { method: "GET", path: `/containers/json?filters=${filters}`, timeoutMs: 5000 });
  const containers = containersSchema.parse(JSON.parse(listed.body));
  const timeoutMs = (graceSeconds + 10) * 1000;
  await Promise.allSettled(
    containers.map(({ Id }) => callEngine(host, { method: "POST", path: `/containers/${Id}/stop?t=${graceSeconds}`, timeoutMs })),
  );
  return containers.length;
}
