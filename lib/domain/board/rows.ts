import type { Reader } from "../projects/head.ts";

const selection = {
  id: true,
  stageId: true,
  refId: true,
  projectId: true,
  name: true,
  slug: true,
  host: true,
  desired: true,
  health: true,
  healthDetail: true,
  liveReleaseId: true,
  changedAt: true,
  createdByName: true,
  ref: { select: { kind: true, name: true, goneAt: true, commit: true, subject: true } },
  liveRelease: {
    select: {
      number: true,
      commit: true,
      variables: true,
      image: { select: { digest: true, authorName: true } },
      deployments: { orderBy: { number: "asc" }, take: 1, select: { refName: true } },
    },
  },
  deployments: {
    orderBy: { number: "desc" },
    take: 1,
    select: {
      id: true,
      status: true,
      startedAt: true,
      commit: true,
      subject: true,
      requestedByName: true,
      errorCode: true,
      errorText: true,
      steps: { where: { status: "running" }, select: { name: true } },
    },
  },
} as const;

/** These environments whole, by id. */
export async function readCards(reader: Reader, ids: readonly string[]) {
  const rows = await reader.database.environment.findMany({ where: { id: { in: [...ids] } }, select: selection });
  return new Map(rows.map((row) => [row.id, row]));
}

export type CardRow = Awaited<ReturnType<typeof readCards>> extends Map<string, infer Row> ? Row : never;
