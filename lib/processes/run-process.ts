import { type Config, readConfig } from "#lib/platform/config.ts";
import { createLog, type Log } from "#lib/platform/log.ts";

/** What a process starts and later ends. */
export interface RunningPart {
  stop(): Promise<void>;
}

const stopMilliseconds = 18_000;

/**
 * The life of one of Berth's processes: reads its settings, starts its part, tells the supervisor that it is ready, and
 * ends in order on SIGTERM, SIGINT or when the supervisor is gone. An error nobody handled is logged and ends it at once:
 * a process that is half alive helps nobody, and the supervisor starts a whole one.
 */
export async function runProcess(name: string, start: (config: Config, log: Log) => Promise<RunningPart>): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(name, config.logLevel);
  const fail = (error: unknown) => {
    log.fatal({ err: error }, `${name} ends because of an error nobody handled`);
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  let part: RunningPart;
  try {
    part = await start(config, log);
  } catch (error) {
    log.fatal({ err: error }, `${name} could not start`);
    process.exit(1);
  }
  endOnSignals(part, log);
  process.send?.({ type: "ready" });
  log.info("ready");
}

function endOnSignals(part: RunningPart, log: Log): void {
  let ending = false;
  const end = (reason: string) => {
    if (ending) return;
    ending = true;
    log.info({ reason }, "ending");
    setTimeout(() => process.exit(1), stopMilliseconds).unref();
    part.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "did not end cleanly");
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(signal));
  if (process.send !== undefined) process.on("disconnect", () => end("the supervisor is gone"));
}
