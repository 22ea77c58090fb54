import { request } from "undici";

import { describeError } from "#lib/core/errors.ts";

import type { ProbeResult } from "./context.ts";

/** One request of our own, as a visitor's would arrive: an app is live when it answers, not when somebody says so. */
export async function probe(
  target: { host: string; port: number; path: string; hostHeader: string },
  timeoutMs: number,
): Promise<ProbeResult> {
  try {
    const response = await request(`http://${target.host}:${target.port}${target.path}`, {
      method: "GET",
      headers: { host: target.hostHeader, "user-agent": "Berth health check", connection: "close" },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    response.body.on("error", () => undefined);
    response.body.destroy();
    return { kind: "answered", status: response.statusCode };
  } catch (error) {
    return { kind: "silent", reason: describeError(error).slice(0, 200) };
  }
}
