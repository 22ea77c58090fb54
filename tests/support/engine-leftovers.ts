import { z } from "zod";

import { callEngine, engineVersion } from "#lib/adapters/engine-local/engine-call.ts";

const listSchema = z.array(z.object({ Id: z.string() }));

/** Removes the containers, networks and images of one installation from an engine that is shared, and nothing else. */
export async function removeEverythingOf(dockerHost: string, instance: string): Promise<void> {
  if ((await engineVersion(dockerHost)) === undefined) return;
  for (const label of [`berth.scheduler=${instance}`, `berth.instance=${instance}`]) {
    for (const id of await list(dockerHost, `/containers/json?all=1&`, label)) await remove(dockerHost, `/containers/${id}?force=1&v=1`);
    for (const id of await list(dockerHost, `/networks?`, label)) await remove(dockerHost, `/networks/${id}`);
    for (const id of await list(dockerHost, `/images/json?`, label)) await remove(dockerHost, `/images/${id}?force=1`);
  }
}

/** What of one installation is on the engine: for counting before and after. */
export async function countEverythingOf(dockerHost: string, instance: string): Promise<{ containers: number; images: number }> {
  const count = async (path: string) => {
    const found = await Promise.all(
      [`berth.scheduler=${instance}`, `berth.instance=${instance}`].map((label) => list(dockerHost, path, label)),
    );
    return new Set(found.flat()).size;
  };
  return { containers: await count("/containers/json?all=1&"), images: await count("/images/json?") };
}

async function list(dockerHost: string, path: string, label: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const answer = await callEngine(dockerHost, { method: "GET", path: `${path}filters=${filters}`, timeoutMs: 10_000 });
  return listSchema.parse(JSON.parse(answer.body)).map(({ Id }) => Id);
}

async function remove(dockerHost: string, path: string): Promise<void> {
  await callEngine(dockerHost, { method: "DELETE", path, timeoutMs: 30_000 });
}
