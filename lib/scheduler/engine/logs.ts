import { Readable } from "node:stream";

import { createDemultiplexer, type LogFrame } from "./demultiplex.ts";
import { engineFailure } from "./engine-failure.ts";
import { type Engine } from "./engine.ts";

/**
 * A container's output from `since` (RFC 3339; null = from the beginning) until it ends, a batch of frames at a time. The reader's pace is
 * the stream's pace.
 */
export async function* followLogs(
  engine: Engine,
  containerId: string,
  since: string | null,
  signal: AbortSignal,
): AsyncGenerator<LogFrame[]> {
  try {
    const options = { follow: true as const, stdout: true, stderr: true, timestamps: true, abortSignal: signal };
    const stream: unknown = await engine
      .getContainer(containerId)
      .logs({ ...options, ...(since === null ? {} : { since: unixSeconds(since) }) });
    if (!(stream instanceof Readable)) throw new Error("The engine's answer is no stream.");
    const demultiplex = createDemultiplexer();
    for await (const chunk of stream) {
      const frames = Buffer.isBuffer(chunk) ? demultiplex(chunk) : [];
      if (frames.length > 0) yield frames;
    }
  } catch (error) {
    throw engineFailure(error);
  }
}

/** The last lines of a container that has ended: its stream can end before the last line did. */
export async function lastLogs(engine: Engine, containerId: string, lines: number): Promise<LogFrame[]> {
  try {
    const options = { follow: false as const, stdout: true, stderr: true, timestamps: true, tail: lines };
    return createDemultiplexer()(await engine.getContainer(containerId).logs(options));
  } catch (error) {
    throw engineFailure(error);
  }
}

/** `2026-01-02T03:04:05.123456789Z` as `1767323045.123456789`, which is how the engine takes it. */
function unixSeconds(timestamp: string): string {
  const seconds = Math.floor(Date.parse(`${timestamp.slice(0, 19)}Z`) / 1_000);
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? "0";
  return `${seconds}.${fraction.padEnd(9, "0")}`;
}
