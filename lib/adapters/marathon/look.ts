import { isHttpError } from "#lib/platform/outbound-http/http-error.ts";

import { createConnection } from "./connection.ts";
import type { MarathonInfo, MarathonOptions } from "./model.ts";
import { toInfo } from "./translate.ts";
import { infoSchema } from "./wire.ts";

/** What one question to a cluster tells. */
export interface Look {
  readonly info: MarathonInfo;
  /** How far its clock is ahead of ours, in ms, give or take a second and the way there and back; null when it sent no date. */
  readonly clockAheadMs: number | null;
}

const timeoutMs = 4_000;
const maxBodyBytes = 1024 * 1024;

/** Asks a cluster how it is: once per member, within a short time. Errors as of every call of a MarathonClient. */
export function createLook(options: MarathonOptions): { ask(): Promise<Look>; close(): Promise<void> } {
  const connection = createConnection({ ...options, timeoutMs, maxBodyBytes, attempts: 1 });
  return {
    async ask() {
      const answer = await connection.send({ method: "GET", path: "/v2/info" });
      const now = Date.now();
      const date = Date.parse(answer.headers["date"] ?? "");
      return {
        info: toInfo(connection.understand(answer, infoSchema)),
        clockAheadMs: Number.isNaN(date) ? null : date - now,
      };
    },
    close: () => connection.close(),
  };
}

/** Whether it was waited for in vain, as against refused, wrong or broken off. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && isHttpError(error.cause, "timeout");
}
