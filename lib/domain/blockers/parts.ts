import type { Database } from "#lib/platform/database/client.ts";

import type { Blocker, BlockerCode } from "./blocker.ts";

/** What a part said longer ago than this says nothing of now; the same as on the health page. */
const staleMs = 30_000;
const clearedBy = "whoever runs this installation; Berth goes on by itself when it is back";
const parts: ReadonlyArray<{ readonly part: string; readonly code: BlockerCode; readonly title: string }> = [
  { part: "marathon", code: "cluster_down", title: "The cluster" },
  { part: "registry", code: "registry_down", title: "The image registry" },
  { part: "docker", code: "engine_down", title: "The Docker Engine that builds" },
];

interface PartRow {
  readonly part: string;
  readonly state: string;
  readonly detail: string | null;
  readonly checkedAt: Date;
}

/** Parts that whatever moves has to wait for, because they do not answer now; of the clusters, the one the environment is in. */
export async function partBlockers(database: Database, environmentId: string, at: Date): Promise<Blocker[]> {
  const [rows, beats, attached] = await Promise.all([
    database.partStatus.findMany({ select: { part: true, state: true, detail: true, checkedAt: true } }),
    database.workerHeartbeat.findMany({ orderBy: { beatAt: "desc" }, take: 1, select: { beatAt: true } }),
    attachedBlockers(database, environmentId),
  ]);
  const isAlive = beats.some(({ beatAt }) => at.getTime() - beatAt.getTime() < staleMs);
  // Who looks at the parts is the worker: without one nothing is known of them.
  if (!isAlive)
    return [
      { code: "worker_down", words: "No worker has been heard of lately: nothing is built or deployed.", clearedBy, expectedAt: null },
    ];
  return [
    ...(attached ?? []),
    ...parts.flatMap(({ part, code, title }) => {
      const row = rows.find((candidate) => candidate.part === part);
      return row === undefined || !isDown(row) || (part === "marathon" && attached !== null)
        ? []
        : [{ code, words: downWords(title, row), clearedBy, expectedAt: null }];
    }),
  ];
}

/** What is attached is looked at apart from the parts of this installation; null where the environment is in the cluster of the settings. */
async function attachedBlockers(database: Database, environmentId: string): Promise<Blocker[] | null> {
  const { cluster } = await database.environment.findUniqueOrThrow({
    where: { id: environmentId },
    select: { cluster: { select: { name: true, state: true } } },
  });
  if (cluster === null) return null;
  if (cluster.state !== "down") return [];
  return [{ code: "cluster_down", words: `The cluster ${cluster.name} does not answer.`, clearedBy, expectedAt: null }];
}

function isDown({ state }: PartRow): boolean {
  return state === "down";
}

function downWords(title: string, { detail }: PartRow): string {
  return detail === null || detail === "" ? `${title} does not answer.` : `${title} does not answer: ${detail}`;
}
