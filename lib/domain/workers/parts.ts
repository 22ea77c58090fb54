import { pingEngine } from "#lib/adapters/docker/client.ts";
import { describeError } from "#lib/core/errors.ts";

import type { WorkerContext } from "./context.ts";

interface PartState {
  readonly part: string;
  readonly state: "up" | "down" | "off";
  readonly detail: string | null;
  readonly facts: Readonly<Record<string, string>>;
}

const pingTimeoutMs = 4_000;

/** Asks every part the worker depends on how it is, and writes it down for the health page. */
export async function checkParts(context: WorkerContext): Promise<PartState[]> {
  const states = await Promise.all([
    check("docker", async () => {
      const facts = await pingEngine(context.engine, { timeoutMs: pingTimeoutMs });
      return { version: facts.version, cpus: String(facts.cpus), memory: `${Math.round(facts.memoryBytes / 1024 ** 3)} GiB` };
    }),
    check("marathon", async () => {
      const { marathon } = await context.clusters.reach(null);
      const info = await marathon.info();
      return { name: info.name, version: info.version };
    }),
    context.registry === null
      ? { part: "registry", state: "off" as const, detail: "Images stay on this machine's engine.", facts: {} }
      : check("registry", async () => {
          if (!(await context.registry?.client.ping())) throw new Error("It does not answer as a registry.");
          return { address: context.registry?.prefix ?? "" };
        }),
  ]);
  for (const state of states) await record(context, state);
  return states;
}

async function check(part: string, ask: () => Promise<Record<string, string>>): Promise<PartState> {
  try {
    return { part, state: "up", detail: null, facts: await ask() };
  } catch (error) {
    return { part, state: "down", detail: describeError(error).slice(0, 300), facts: {} };
  }
}

async function record(context: WorkerContext, { part, state, detail, facts }: PartState): Promise<void> {
  await context.database.$executeRaw`
    INSERT INTO part_status (part, state, detail, facts, since, checked_at) VALUES (${part}, ${state}, ${detail}, ${JSON.stringify(facts)}::jsonb, now(), now())
    ON CONFLICT (part) DO UPDATE SET detail = EXCLUDED.detail, facts = EXCLUDED.facts, checked_at = now(),
      since = CASE WHEN part_status.state = EXCLUDED.state THEN part_status.since ELSE now() END, state = EXCLUDED.state`;
}
