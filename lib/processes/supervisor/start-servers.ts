import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { startDockerd } from "#lib/adapters/engine-local/dockerd.ts";
import { engineVersion } from "#lib/adapters/engine-local/engine-call.ts";
import { ensureEngine, type EngineChoice } from "#lib/adapters/engine-local/engine.ts";
import { startEmbeddedPostgres } from "#lib/adapters/postgres-embedded/server.ts";
import { findRegistryProgram, type LocalRegistry, startRegistry } from "#lib/adapters/registry-local/registry.ts";
import { BerthError } from "#lib/core/errors.ts";

import { keepServing } from "./restart.ts";
import { type Situation, underway } from "./situation.ts";

const lookAgainMilliseconds = 3000;

/** Gives the admin's URL: DATABASE_URL, or that of the embedded PostgreSQL, started here. */
export async function startDatabase(situation: Situation): Promise<string> {
  const { config, home, keys, terminal, running } = situation;
  if (config.database.adminUrl !== undefined) return config.database.adminUrl;
  const start = async (port: number) => {
    running.postgres = await startEmbeddedPostgres({
      folder: join(home.path, "postgres"),
      logFile: join(home.logs, "postgres.log"),
      preferredPort: port,
      password: keys.postgres,
    });
    return running.postgres;
  };
  let adminUrl = "";
  await terminal.start("PostgreSQL", async () => {
    const server = await underway(situation, () => start(config.database.embeddedPort));
    adminUrl = server.adminUrl;
    // The port must stay: every process was told it.
    void keepServing(situation, "PostgreSQL", server, () => start(server.port));
    return `127.0.0.1:${server.port}${server.adopted ? " (left running by an earlier start)" : ""}`;
  });
  return adminUrl;
}

/** Finds or starts a Docker Engine. Without one it says what to do and looks again until one answers. */
export async function startEngine(situation: Situation): Promise<EngineChoice> {
  const { config, home, terminal, running } = situation;
  const folders = { dataFolder: join(home.path, "docker"), logFile: join(home.logs, "dockerd.log") };
  let choice: EngineChoice | undefined;
  await terminal.start("Docker Engine", async (note) => {
    choice = await underway(situation, () => ensureEngine({ ...folders, given: config.docker.host, onProgress: note }));
    running.engine = choice;
    if (choice.version === undefined) return `– ${choice.advice ?? "No Docker Engine answers."}`;
    return `${choice.version} at ${choice.host}${choice.own === undefined ? "" : choice.own.adopted ? " (left running by an earlier start)" : " (started by Berth)"}`;
  });
  if (choice === undefined) throw new BerthError("start_failed");
  const { own, host } = choice;
  if (own !== undefined) {
    const start = async () => {
      const again = await startDockerd(folders);
      running.engine = { host, version: again.version, own: again, advice: undefined };
      return again;
    };
    void keepServing(situation, "Docker Engine", own, start);
  } else if (choice.version === undefined) {
    void announceEngine(situation, host);
  }
  return choice;
}

async function announceEngine(situation: Situation, host: string): Promise<void> {
  while (!situation.stopping.aborted) {
    await delay(lookAgainMilliseconds, undefined, { signal: situation.stopping, ref: false }).catch(() => undefined);
    const version = await engineVersion(host);
    if (version === undefined) continue;
    situation.terminal.say(`  Docker Engine ${version} answers now at ${host}: previews can be built.`);
    return;
  }
}

/**
 * Gives the registry's address: REGISTRY_URL, or that of the local registry, started here. Undefined when there is no
 * registry program, or when the engine is on another machine and could not reach one of ours.
 */
export async function startRegistryPart(situation: Situation, engineHost: string): Promise<string | undefined> {
  const { config, terminal } = situation;
  if (config.registry.url !== undefined) return config.registry.url;
  let url: string | undefined;
  await terminal.start("Registry", async (note) => {
    if (!engineHost.startsWith("unix://") || process.platform !== "linux")
      return "– none: the engine runs elsewhere, so images stay on it; set REGISTRY_URL to share them";
    try {
      const registry = await underway(situation, () => startLocalRegistry(situation, note));
      if (registry === undefined) return "– none: install docker-registry, or set REGISTRY_URL; images stay on the engine";
      url = registry.url;
      return `${registry.url}${registry.adopted ? " (left running by an earlier start)" : ""}`;
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      return `– none: ${error.message} Images stay on the engine.`;
    }
  });
  return url;
}

async function startLocalRegistry(situation: Situation, note: (text: string) => void): Promise<LocalRegistry | undefined> {
  const { config, home, running } = situation;
  const program = await findRegistryProgram(join(home.path, "tools"), note);
  if (program === undefined) return undefined;
  const start = async () => {
    running.registry = await startRegistry({
      folder: join(home.path, "registry"),
      logFile: join(home.logs, "registry.log"),
      preferredPort: config.registry.embeddedPort,
      program,
    });
    return running.registry;
  };
  const registry = await start();
  void keepServing(situation, "Registry", registry, start);
  return registry;
}
