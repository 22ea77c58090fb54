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
  });
  const log = openLogFile(options.logFile);
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => log.write(text.trimEnd()));
  child.once("close", () => log.close());
  child.on("error", () => undefined);
  return {
    prepare: (task) => ask(child, task, options.logFile),
    cancel: () => child.kill("SIGKILL"),
  };
}

function ask(child: ChildProcess, task: Preparation, logFile: string): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const fail = (detail: string) => reject(new BerthError("start_failed", { detail }));
    const late = setTimeout(() => child.kill("SIGKILL"), timeoutMilliseconds);
    child.once("message", (message) => {
      const reply = preparedSchema.safeParse(message);
      if (!reply.success) fail(`The database could not be prepared; see ${logFile}.`);
      else if (reply.data.type === "failed") fail(reply.data.sentence);
      else resolve(reply.data);
    });
    child.once("exit", (code, signal) => {
      clearTimeout(late);
      fail(`The database could not be prepared (${signal ?? `exit code ${code ?? "unknown"}`}); see ${logFile}.`);
    });
    child.send(task);
  });
}
