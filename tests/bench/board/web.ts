import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { findFreePort } from "#lib/adapters/daemon/free-port.ts";
import { memoryFlags } from "#lib/platform/memory-flags.ts";

import type { BenchContext } from "../result.ts";

export interface Web {
  readonly url: string;
  readonly pid: number;
  readonly authSecret: string;
  stop(): Promise<void>;
}

/** The web process as it is built, alone on a database: nobody else touches the rows while pages are measured. */
export async function startWeb(context: BenchContext, databaseUrl: string): Promise<Web> {
  const home = join(context.folder, "home");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "instance"), "bench\n");
  const port = await findFreePort("127.0.0.1", 37_000);
  const authSecret = randomBytes(32).toString("base64url");
  const child = spawn(process.execPath, [...memoryFlags.web, join(context.root, "dist/web.mjs")], {
    cwd: context.root,
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      BERTH_HOME: home,
      BERTH_PORT: String(port),
      BERTH_PROCESS_DATABASE_URL: databaseUrl,
      BERTH_AUTH_SECRET: authSecret,
    },
    shell: false,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  await Promise.race([
    new Promise<void>((ready) => child.once("message", () => ready())),
    exited.then(() => Promise.reject(new Error("The web process ended before it was ready."))),
  ]);
  return {
    url: `http://localhost:${port}`,
    pid: child.pid ?? 0,
    authSecret,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
