import { Agent } from "node:http";

import Docker from "dockerode";
import { z } from "zod";

import { engineError } from "./engine-error.ts";
import type { Engine } from "./engine.ts";
import { dialJson } from "./request.ts";

export type { Engine } from "./engine.ts";

export type EngineTarget = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/**
 * A client for the engine at `target`; nothing is sent yet. dockerode would mix `DOCKER_HOST`, `DOCKER_CERT_PATH` and their kin from
 * the environment into explicit settings (a foreign `DOCKER_HOST` even beats the socket path), so every one of them is overruled here.
 */
export function connectEngine(target: EngineTarget): Engine {
  const quiet = {
    protocol: "http",
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
    agent: new Agent({ keepAlive: true }),
  } as const;
  return "socketPath" in target
    ? new Docker({ ...quiet, host: undefined, port: undefined, socketPath: target.socketPath })
    : new Docker({ ...quiet, host: target.host, port: target.port });
}

export interface EngineFacts {
  /** The engine's own version, such as `20.10.24`. */
  readonly version: string;
  readonly apiVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

const versionSchema = z.object({ Version: z.string().max(100), ApiVersion: z.string().max(20) });
const infoSchema = z.object({ NCPU: z.number().int().nonnegative(), MemTotal: z.number().nonnegative() });

/** What engine answers there, within `timeoutMs`. Throws `docker_unavailable` when none does. */
export async function pingEngine(engine: Engine, options: { timeoutMs: number }): Promise<EngineFacts> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const [version, info] = await Promise.all([
      dialJson(engine, { path: "/version", method: "GET", signal }),
      dialJson(engine, { path: "/info", method: "GET", signal }),
    ]);
    const { Version, ApiVersion } = versionSchema.parse(version);
    const { NCPU, MemTotal } = infoSchema.parse(info);
    return { version: Version, apiVersion: ApiVersion, cpus: NCPU, memoryBytes: MemTotal };
  } catch (error) {
    throw engineError(error, "docker_unavailable");
  }
}
