import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

import { BerthError } from "#lib/core/errors.ts";
import { type Preparation, type Prepared, preparedSchema } from "#lib/processes/prepare/messages.ts";

import { openLogFile } from "./log-file.ts";

/** The process that prepares the database: started early, asked when the database answers. */
export interface Preparer {
  /** Throws `start_failed` with one sentence. */
  prepare(task: Preparation): Promise<Prepared>;
  cancel(): void;
}

const timeoutMilliseconds = 600_000;

export function startPreparer(options: { root: string; logFile: string; environment: Readonly<Record<string, string>> }): Preparer {
  const child = spawn(process.execPath, ["--max-semi-space-size=4", join(options.root, "dist/prepare.mjs")], {
    cwd: options.root,
    env: { NODE_ENV: "production", ...options.environment },
    shell: false,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    timeout: timeoutMilliseconds,
  });
  const log = openLogFile(options.logFile);
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => log.write(text.trimEnd()));
  child.once("close", () => log.close());
  const see = `see ${options.logFile}`;
  const ended = new Promise<never>((_, reject) => {
    const fail = (reason: string) =>
      reject(new BerthError("start_failed", { detail: `The database could not be prepared (${reason}); ${see}.` }));
    child.once("exit", (code, signal) => fail(signal ?? `exit code ${code ?? "unknown"}`));
    child.once("error", (error) => fail(error.message));
  });
  ended.catch(() => undefined);
  return {
    prepare: (task) => Promise.race([ask(child, task, see), ended]),
    cancel: () => child.kill("SIGKILL"),
  };
}

function ask(child: ChildProcess, task: Preparation, see: string): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => {
      const reply = preparedSchema.safeParse(message);
      if (reply.success && reply.data.type === "prepared") return resolve(reply.data);
      const sentence = reply.data?.type === "failed" ? reply.data.sentence : `The database could not be prepared; ${see}.`;
      reject(new BerthError("start_failed", { detail: sentence }));
    });
    child.send(task, (error) => error !== null && reject(error));
  });
}
