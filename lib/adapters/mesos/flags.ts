import { z } from "zod";

import { BerthError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";
import { createHttpClient } from "#lib/platform/outbound-http/client.ts";

import { type MesosAccess, createGetter } from "./get-json.ts";
import { addressOfPid, agentsSchema } from "./wire.ts";

/** What an agent was started with, as far as Docker apps depend on it; null = it did not say. */
export interface AgentFlags {
  readonly host: string;
  readonly containerizers: readonly string[] | null;
  readonly executorRegistrationTimeoutMs: number | null;
}

export interface FlagReader {
  /** Of at most `most` agents; an agent that does not answer is left out and counted. Throws `unavailable` when the master does not. */
  agents(most: number): Promise<{ readonly agents: readonly AgentFlags[]; readonly silent: number }>;
  close(): Promise<void>;
}

interface FlagOptions extends MesosAccess {
  readonly info: () => Promise<{ readonly mesosUrl: string | null }>;
  readonly ca?: string | undefined;
  readonly log: Log;
}

const timeoutMs = 5_000;
const maxBodyBytes = 16 * 1024 * 1024;
const flag = z.string().max(1000).optional().catch(undefined);
const flagsSchema = z.object({
  flags: z.object({ containerizers: flag, executor_registration_timeout: flag }),
});

/** Reads what the agents of a cluster were started with: `/flags`, or the same within `/state` of older ones. */
export function createFlagReader(options: FlagOptions): FlagReader {
  const http = createHttpClient({ timeoutMs, maxBodyBytes, policy: "operator", ca: options.ca, log: options.log });
  const getter = createGetter(http, options);
  const get = async (url: string) => await getter(url, (body) => JSON.parse(body.toString("utf8")));

  async function firstOf(base: string, paths: readonly string[]): Promise<unknown> {
    for (const path of paths) {
      const answer = await get(`${base}/${path}`);
      if (answer !== null) return answer;
    }
    return null;
  }

  return {
    async agents(most) {
      const { mesosUrl } = await options.info();
      if (mesosUrl === null) throw new BerthError("unavailable", { detail: "Marathon does not say where its Mesos master is." });
      const master = new URL(mesosUrl);
      const base = (master.origin + master.pathname).replace(/\/+$/, "");
      const listed = agentsSchema.safeParse(await firstOf(base, ["slaves", "state", "state.json"])).data;
      if (listed === undefined) throw new BerthError("unavailable", { detail: "The list of agents is not understood." });
      const answers = await Promise.all(
        listed.slaves.slice(0, most).map(async (agent) => {
          const address = addressOfPid(agent.pid);
          if (address === null) return null;
          const said = await firstOf(`${master.protocol}//${address}`, ["flags", "flags.json", "state", "state.json"]).catch(() => null);
          const flags = flagsSchema.safeParse(said).data?.flags;
          return flags === undefined ? null : toFlags(agent.hostname, flags);
        }),
      );
      const agents = answers.filter((answer) => answer !== null);
      return { agents, silent: answers.length - agents.length };
    },
    close: () => http.close(),
  };
}

function toFlags(host: string, flags: z.infer<typeof flagsSchema>["flags"]): AgentFlags {
  return {
    host,
    containerizers: flags.containerizers === undefined ? null : flags.containerizers.split(",").map((name) => name.trim()),
    executorRegistrationTimeoutMs: durationMs(flags.executor_registration_timeout),
  };
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  secs: 1000,
  mins: 60_000,
  hrs: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** A duration as Mesos writes it, such as `5mins` or `1.5hrs`; null when it is none. */
export function durationMs(text: string | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|secs|mins|hrs|days|weeks)$/.exec(text ?? "");
  const unit = unitMs[match?.[2] ?? ""];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}
