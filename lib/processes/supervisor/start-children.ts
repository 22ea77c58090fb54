import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { findDaemon } from "#lib/adapters/daemon/daemon.ts";
import { isPortFree } from "#lib/adapters/daemon/free-port.ts";
import { BerthError } from "#lib/core/errors.ts";
import type { ProcessRole } from "#lib/platform/database/roles.ts";
import { memoryFlags } from "#lib/platform/memory-flags.ts";

import { keepRunning } from "./child.ts";
import { environmentFor, type Facts } from "./environments.ts";
import { type Situation, underway } from "./situation.ts";
import { stopOrder } from "./stop.ts";

const leftoverGraceMilliseconds = 5000;

/** Ends what a violently ended supervisor left: its processes notice by themselves and get a moment for it. */
export async function endLeftovers(situation: Situation): Promise<void> {
  const found = await Promise.all(stopOrder.map((role) => findDaemon(recordFile(situation, role))));
  const left = found.filter((process) => process !== undefined);
  if (left.length === 0) return;
  await situation.terminal.start("Leftovers", async () => {
    await Promise.race([Promise.all(left.map((process) => process.exited)), delay(leftoverGraceMilliseconds)]);
    await Promise.all(left.map((process) => process.stop("SIGTERM", leftoverGraceMilliseconds)));
    return "processes of an earlier start have ended";
  });
}

/** Throws `port_taken`, naming the setting, when a port that people or Marathon clients know is in use. */
export async function checkPorts({ config }: Situation): Promise<void> {
  const wanted = [
    { ...config.web, setting: "BERTH_PORT", hostSetting: "BERTH_HOST", what: "the dashboard" },
    { ...config.gateway, setting: "BERTH_GATEWAY_PORT", hostSetting: "BERTH_GATEWAY_HOST", what: "environments" },
    ...(config.marathon.urls.length > 0
      ? []
      : [{ ...config.scheduler, setting: "BERTH_SCHEDULER_PORT", hostSetting: "", what: "the scheduler" }]),
  ];
  for (const { host, port, setting, hostSetting, what } of wanted) {
    const free = await isPortFree(host, port).catch((error: unknown) => unusable({ host, port, setting, hostSetting, error }));
    if (!free) {
      throw new BerthError("port_taken", {
        detail: `Port ${port} for ${what} is taken by another program: stop that one, or set ${setting} to a free port.`,
      });
    }
  }
}

function unusable(address: { host: string; port: number; setting: string; hostSetting: string; error: unknown }): never {
  const code = address.error instanceof Error && "code" in address.error ? address.error.code : "";
  const detail =
    code === "EACCES"
      ? `Listening on port ${address.port} needs more rights than you have: set ${address.setting} to 1024 or above.`
      : `Berth cannot listen on ${address.host}: set ${address.hostSetting} to an address of this machine.`;
  throw new BerthError("start_failed", { detail, cause: address.error });
}

/** Starts one of Berth's processes and waits until it is ready; shows it as one line. */
export async function startChild(situation: Situation, role: ProcessRole, facts: Facts, description: string): Promise<void> {
  const { root, home, terminal, running } = situation;
  const script = join(root, "dist", `${role}.mjs`);
  if (!existsSync(script)) throw new BerthError("start_failed", { detail: `${script} is missing: run npm run build.` });
  const name = `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
  await terminal.start(name, () =>
    underway(situation, async () => {
      const child = keepRunning({
        name: role,
        args: [...memoryFlags[role], script],
        cwd: root,
        environment: environmentFor(role, facts),
        user: situation.identities.users[role],
        logFile: join(home.logs, `${role}.log`),
        recordFile: recordFile(situation, role),
        onNotice: (text) => terminal.warn(name, text),
      });
      running.children.set(role, child);
      await untilReadyOrStopping(child.ready, situation.stopping);
      return description;
    }),
  );
}

async function untilReadyOrStopping(ready: Promise<void>, stopping: AbortSignal): Promise<void> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(stopping.reason instanceof Error ? stopping.reason : new Error("stopping"));
    stopping.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([ready, stopped]);
  } finally {
    stopping.removeEventListener("abort", stop);
  }
}

const recordFile = (situation: Situation, role: ProcessRole) => join(situation.home.run, `${role}.json`);
