import { BerthError } from "#lib/core/errors.ts";

import { type WireAgent, addressOfPid, agentStateSchema, agentsSchema, sandboxOf } from "./wire.ts";

interface Place {
  readonly taskId: string;
  readonly agentId: string | null;
  readonly host: string | null;
}

export interface Sandbox {
  /** Origin of the agent. */
  readonly agentUrl: string;
  readonly directory: string;
}

export interface Sandboxes {
  /** Where the task's files are, or null when master or agent do not know the task. Remembered once found. */
  find(place: Place): Promise<Sandbox | null>;
  forget(place: Place): void;
}

interface SandboxOptions {
  readonly info: () => Promise<{ readonly frameworkId: string | null; readonly mesosUrl: string | null }>;
  readonly get: (url: string) => Promise<unknown>;
}

const rememberAtMost = 2000;

/** Finds sandboxes by asking Marathon for the master, the master for the agent, the agent for the directory. */
export function createSandboxes(options: SandboxOptions): Sandboxes {
  const found = new Map<string, Sandbox>();

  /** Before 0.26 or so everything was called `.json`, and the master had no list of its agents alone. */
  async function firstOf(base: string, paths: readonly string[]): Promise<unknown> {
    for (const path of paths) {
      const answer = await options.get(`${base}/${path}`);
      if (answer !== null) return answer;
    }
    return null;
  }

  async function look(place: Place): Promise<Sandbox | null> {
    const { frameworkId, mesosUrl } = await options.info();
    if (frameworkId === null || mesosUrl === null)
      throw new BerthError("unavailable", { detail: "Marathon does not say where its Mesos master is." });
    const master = new URL(mesosUrl);
    const agents = agentsSchema.safeParse(await firstOf(trimmed(master), ["slaves", "state", "state.json"])).data?.slaves ?? [];
    const agent = chooseAgent(agents, place);
    const address = agent === null ? null : addressOfPid(agent.pid);
    if (address === null) return null;
    const agentUrl = `${master.protocol}//${address}`;
    const state = agentStateSchema.safeParse(await firstOf(agentUrl, ["state", "state.json"])).data;
    const directory = state === undefined ? null : sandboxOf(state, frameworkId, place.taskId);
    return directory === null ? null : { agentUrl, directory };
  }

  return {
    async find(place) {
      const known = found.get(place.taskId);
      if (known !== undefined) return known;
      const sandbox = await look(place);
      if (sandbox === null) return null;
      if (found.size >= rememberAtMost) found.delete(found.keys().next().value ?? "");
      found.set(place.taskId, sandbox);
      return sandbox;
    },
    forget: (place) => void found.delete(place.taskId),
  };
}

function chooseAgent(agents: readonly WireAgent[], place: Place): WireAgent | null {
  if (place.agentId !== null) return agents.find((agent) => agent.id === place.agentId) ?? null;
  return agents.find((agent) => agent.hostname === place.host) ?? (agents.length === 1 ? (agents[0] ?? null) : null);
}

function trimmed(url: URL): string {
  return (url.origin + url.pathname).replace(/\/+$/, "");
}
