import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { BerthError } from "#lib/core/errors.ts";
import { readConfig } from "#lib/platform/config.ts";

import { openHome } from "./home.ts";
import { chooseIdentities } from "./identities.ts";
import { ensureInstance, ensureKeys } from "./keys.ts";
import type { Situation } from "./situation.ts";
import { startInstallation } from "./start.ts";
import { killEverything, stopEverything } from "./stop.ts";
import { createTerminal } from "./terminal.ts";

/** npm passes a Ctrl-C on to us that we got from the terminal already. */
const sameSignalMilliseconds = 500;

/**
 * Starts Berth and stays until it is told to stop. Resolves with the exit code: 0 after Ctrl-C or SIGTERM, 1 when a part
 * could not start (said in one sentence on the terminal).
 */
export async function supervise(): Promise<number> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const terminal = createTerminal(process.stdout, { color: process.stdout.isTTY && process.env["NO_COLOR"] === undefined });
  const stopping = new AbortController();
  let situation: Situation | undefined;
  const signals = onSignals({ first: () => stopping.abort(), again: () => situation !== undefined && killEverything(situation) });
  let failure: string | undefined;
  try {
    terminal.say("\nBerth is starting.\n");
    situation = await prepareSituation(root, terminal, stopping.signal);
    await startInstallation(situation);
    await signals;
  } catch (error) {
    if (!stopping.signal.aborted) failure = sentenceFor(error);
  }
  terminal.hush();
  if (failure === undefined) terminal.say("\n  Stopping: web, gateway, worker, scheduler, containers, engine, PostgreSQL.");
  stopping.abort();
  if (situation !== undefined) await leave(situation);
  terminal.say(failure === undefined ? `  Everything has ended.` : `\n${failure}\n`);
  return failure === undefined ? 0 : 1;
}

async function prepareSituation(root: string, terminal: Situation["terminal"], stopping: AbortSignal): Promise<Situation> {
  const startedAt = performance.now();
  const config = readConfig(process.env);
  const home = await openHome(config.home);
  return {
    config,
    inherited: process.env,
    root,
    home,
    keys: await ensureKeys(home.keys),
    instance: await ensureInstance(home.path),
    identities: await chooseIdentities(root, home.path),
    terminal,
    startedAt,
    stopping,
    pending: new Set(),
    running: { children: new Map() },
  };
}

async function leave(situation: Situation): Promise<void> {
  await stopEverything(situation);
  await rm(join(situation.home.path, "running.json"), { force: true });
  await situation.home.release();
}

/** Resolves with the first stop signal; calls `again` and ends the process with the second. */
function onSignals(handlers: { first: () => void; again: () => void }): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const handle = () => {
      const now = performance.now();
      if (firstAt === undefined) {
        firstAt = now;
        handlers.first();
        resolve();
      } else if (now - firstAt > sameSignalMilliseconds) {
        handlers.again();
        process.exit(130);
      }
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, handle);
  });
}

function sentenceFor(error: unknown): string {
  if (error instanceof BerthError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // Wrong settings come as plain sentences from readConfig.
  return error.message.startsWith("The setting ") ? error.message : `Berth could not start: ${error.stack ?? error.message}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await supervise());
