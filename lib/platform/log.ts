import { type Logger, pino } from "pino";

export type Log = Logger;

/** A JSON-lines logger on standard output; `BERTH_LOG_LEVEL` chooses the level (default info). */
export function createLog(process: string, level = "info"): Log {
  return pino({
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ["*.password", "*.token", "*.secret", "*.authorization"],
  });
}
