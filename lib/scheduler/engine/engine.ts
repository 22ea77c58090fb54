import Docker from "dockerode";

import { type DockerAddress } from "../options.ts";
import { EngineFailure, engineFailure } from "./engine-failure.ts";

/** The Docker Engine that runs the tasks. */
export type Engine = Docker;

export function createEngine(address: DockerAddress): Engine {
  return "socketPath" in address
    ? new Docker({ socketPath: address.socketPath })
    : new Docker({ host: address.host, port: address.port, protocol: "http" });
}

/** The usual patience with one call; starts can be slow on a busy machine. */
export const callLimit = 60_000;

/**
 * One call to the engine, limited in time. The client cannot abort every call, so a late answer is dropped; the caller must be able to
 * repeat. Throws EngineFailure only.
 */
export async function engineCall<Result>(call: () => Promise<Result>, limit: number = callLimit): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new EngineFailure("unavailable", "The Docker Engine did not answer in time.", undefined)), limit);
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    throw engineFailure(error);
  } finally {
    clearTimeout(timer);
  }
}

export interface Machine {
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
}

/** What the engine's machine has. */
export async function readMachine(engine: Engine): Promise<Machine> {
  const info: { NCPU?: unknown; MemTotal?: unknown } = await engineCall(() => engine.info(), 10_000);
  const cpus = typeof info.NCPU === "number" ? info.NCPU : 1;
  const bytes = typeof info.MemTotal === "number" ? info.MemTotal : 0;
  return { cpus, mem: Math.floor(bytes / 1_048_576) };
}
