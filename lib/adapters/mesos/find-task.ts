import { BerthError } from "#lib/core/errors.ts";

import type { GetJson } from "./get-json.ts";
import { addressOfPid, agentStateSchema, agentsSchema } from "./wire.ts";

export interface FoundTask {
  readonly taskId: string;
  readonly agentId: string;
  readonly host: string;
  /** As Mesos says it, such as TASK_FINISHED; null where the agent does not. */
  readonly state: string | null;
}

interface FindOptions {
  readonly info: () => Promise<{ readonly frameworkId: string | null; readonly mesosUrl: string | null }>;
  readonly get: GetJson;
}

/** Clusters are asked agent by agent. */
const agentsAtMost = 200;

/**
 * The task whose id begins with `prefix`, wherever in the cluster it is or was; null when no agent knows one. Throws `unavailable` when the
 * master does not answer; an agent that does not is passed over.
 */
export async function findTask(options: FindOptions, prefix: string): Promise<FoundTask | null> {
  const { frameworkId, mesosUrl } = await options.info();
  if (frameworkId === null || mesosUrl === null)
    throw new BerthError("unavailable", { detail: "Marathon does not say where its Mesos master is." });
  const master = new URL(mesosUrl);
  const read = async (base: string, paths: readonly string[]) => {
    for (const path of paths) {
      const answer = await options.get(`${base}/${path}`, (body) => JSON.parse(body.toString("utf8")));
      if (answer !== null) return answer;
    }
    return null;
  };
  const base = (master.origin + master.pathname).replace(/\/+$/, "");
  const agents = agentsSchema.safeParse(await read(base, ["slaves", "state", "state.json"])).data?.slaves ?? [];
  for (const agent of agents.slice(0, agentsAtMost)) {
    const address = addressOfPid(agent.pid);
    if (address === null) continue;
    const state = agentStateSchema.safeParse(await read(`${master.protocol}//${address}`, ["state", "state.json"]).catch(() => null)).data;
    const found = state === undefined ? null : taskIn(state, frameworkId, prefix);
    if (found !== null) return { ...found, agentId: agent.id, host: agent.hostname };
  }
  return null;
}

type AgentState = ReturnType<typeof agentStateSchema.parse>;

function taskIn(state: AgentState, frameworkId: string, prefix: string): { taskId: string; state: string | null } | null {
  const frameworks = [...(state.frameworks ?? []), ...(state.completed_frameworks ?? [])].filter(({ id }) => id === frameworkId);
  for (const framework of frameworks) {
    for (const executor of [...(framework.executors ?? []), ...(framework.completed_executors ?? [])]) {
      const tasks = [...(executor.tasks ?? []), ...(executor.queued_tasks ?? []), ...(executor.completed_tasks ?? [])];
      const task = tasks.find(({ id }) => id.startsWith(prefix));
      if (task !== undefined) return { taskId: task.id, state: task.state ?? null };
      if (executor.id.startsWith(prefix)) return { taskId: executor.id, state: null };
    }
  }
  return null;
}
