import { type ChildProcess, spawn } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { until } from "../docker/test-engine.ts";

export const registryProgram = "/usr/bin/docker-registry";

/** Whether Debian's registry is installed; tests that need it skip themselves otherwise. */
export async function hasRegistry(): Promise<boolean> {
  return await access(registryProgram).then(
    () => true,
    () => false,
  );
}

export interface TestRegistry {
  readonly url: string;
  readonly host: string;
  stop(): Promise<void>;
}

/** A real registry on a free loopback port with storage of its own. */
export async function startTestRegistry(options: { allowDelete?: boolean; htpasswd?: string } = {}): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "berth-registry-"));
  const port = await freePort();
  const config = [
    "version: 0.1",
    "storage:",
    `  filesystem: { rootdirectory: ${join(folder, "data")} }`,
    `  delete: { enabled: ${options.allowDelete ?? true} }`,
    `http: { addr: "127.0.0.1:${port}" }`,
    ...(options.htpasswd === undefined ? [] : [`auth: { htpasswd: { realm: test, path: ${join(folder, "htpasswd")} } }`]),
  ];
  if (options.htpasswd !== undefined) await writeFile(join(folder, "htpasswd"), options.htpasswd);
  await writeFile(join(folder, "config.yml"), config.join("\n"));
  const child = spawn(registryProgram, ["serve", join(folder, "config.yml")], { stdio: "ignore", shell: false });
  const url = `http://127.0.0.1:${port}`;
  await until(
    "the registry answers",
    15_000,
    async () =>
      await fetch(`${url}/v2/`).then(
        ({ status }) => status === 200 || status === 401,
        () => false,
      ),
  );
  return {
    url,
    host: `127.0.0.1:${port}`,
    async stop() {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}
