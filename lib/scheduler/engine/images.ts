import { Readable } from "node:stream";

import { EngineFailure, engineFailure } from "./engine-failure.ts";
import { type Engine } from "./engine.ts";
import { type RegistryAuth } from "./registry-auth.ts";

const pullLimit = 15 * 60_000;
const longestLine = 1_048_576;

/** Whether the reference is the bare id of a local image, which no registry knows. */
export function isImageId(reference: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(reference);
}

/** The reference as the engine must be asked for it: without a tag it would fetch every tag there is. */
export function pullReference(reference: string): string {
  const last = reference.slice(reference.lastIndexOf("/") + 1);
  return last.includes(":") || reference.includes("@") ? reference : `${reference}:latest`;
}

/** Fetches an image, with credentials if there are any. Throws with the engine's or the registry's own words. */
export async function pullImage(engine: Engine, reference: string, auth: RegistryAuth | null, signal: AbortSignal): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(pullLimit)]);
  try {
    const stream: unknown = await engine.pull(pullReference(reference), {
      abortSignal: limited,
      ...(auth === null ? {} : { authconfig: auth }),
    });
    if (!(stream instanceof Readable)) throw new Error("The engine's answer is no stream.");
    await readProgress(stream);
  } catch (error) {
    const failure = engineFailure(error);
    const hint =
      auth === null && /denied|unauthorized|not found|no basic auth/i.test(failure.message)
        ? " (no credentials were fetched for its registry)"
        : "";
    throw new EngineFailure(failure.kind, `Failed to pull image ${reference}: ${failure.message}${hint}`, error);
  }
}

async function readProgress(stream: Readable): Promise<void> {
  let rest = "";
  for await (const chunk of stream) {
    rest += Buffer.isBuffer(chunk) ? chunk.toString("utf8") : String(chunk);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLine) throw new Error("The engine's progress line is too long.");
    for (const line of lines) throwOnError(line);
  }
  throwOnError(rest);
}

function throwOnError(line: string): void {
  if (!line.includes('"error"')) return;
  const message: unknown = JSON.parse(line);
  if (typeof message === "object" && message !== null && "error" in message && typeof message.error === "string")
    throw new Error(message.error);
}
