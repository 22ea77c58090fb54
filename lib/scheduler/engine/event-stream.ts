import { Readable } from "node:stream";

import { schedulerLabel, taskLabel } from "./container-spec.ts";
import { engineFailure } from "./engine-failure.ts";
import { type Engine } from "./engine.ts";

export interface ContainerEvent {
  /** `die` or `oom`. */
  readonly action: string;
  readonly taskId: string;
}

const longestLine = 1_048_576;

/**
 * What happens to this scheduler's containers, as it happens, until the connection ends. Says `open` once the engine sends. Events can
 * be lost: they are hints, the containers are the truth.
 */
export async function* containerEvents(engine: Engine, instance: string, signal: AbortSignal): AsyncGenerator<ContainerEvent | "open"> {
  const type: "container"[] = ["container"];
  const filters = { type, label: [`${schedulerLabel}=${instance}`], event: ["die", "oom"] };
  try {
    const options = { filters, abortSignal: signal };
    const stream: unknown = await engine.getEvents(options);
    if (!(stream instanceof Readable)) throw new Error("The engine's answer is no stream.");
    yield "open";
    let rest = "";
    for await (const chunk of stream) {
      rest += Buffer.isBuffer(chunk) ? chunk.toString("utf8") : String(chunk);
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > longestLine) throw new Error("The engine's event is too long.");
      for (const line of lines) {
        const event = parseEvent(line);
        if (event !== null) yield event;
      }
    }
  } catch (error) {
    throw engineFailure(error);
  }
}

function parseEvent(line: string): ContainerEvent | null {
  if (line.trim() === "") return null;
  const event: unknown = JSON.parse(line);
  if (!isObject(event) || typeof event["Action"] !== "string" || !isObject(event["Actor"]) || !isObject(event["Actor"]["Attributes"]))
    return null;
  const taskId = event["Actor"]["Attributes"][taskLabel];
  return typeof taskId === "string" ? { action: event["Action"], taskId } : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
