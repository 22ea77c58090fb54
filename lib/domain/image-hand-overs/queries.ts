import { BerthError } from "#lib/core/errors.ts";
import type { Problem } from "#lib/core/problem.ts";

import { type Actor, may } from "../access/policy.ts";
import { type Reader, readProject, storedProblem } from "../projects/head.ts";

export interface HandOver {
  readonly id: string;
  readonly ref: string;
  readonly commit: string;
  readonly image: string;
  readonly state: "waiting" | "accepted" | "refused";
  readonly problem: Problem | null;
  readonly handedOverBy: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

const listedAtMost = 50;
const selection = {
  id: true,
  refName: true,
  commit: true,
  repository: true,
  digest: true,
  state: true,
  errorCode: true,
  errorText: true,
  handedOverByName: true,
  createdAt: true,
  endedAt: true,
  projectId: true,
} as const;

/** The latest images that CI systems handed over in a project. */
export async function listHandOvers(reader: Reader, actor: Actor, slug: string): Promise<HandOver[]> {
  const { id: projectId } = await readProject(reader, actor, slug);
  const rows = await reader.database.imageHandOver.findMany({
    where: { projectId },
    orderBy: { createdAt: "desc" },
    take: listedAtMost,
    select: selection,
  });
  return rows.map(handOverOf);
}

/** What became of one hand-over, for the CI job that waits for it. */
export async function getHandOver(reader: Pick<Reader, "database">, actor: Actor, id: string): Promise<HandOver> {
  const row = await reader.database.imageHandOver.findFirst({ where: { id, project: { deletedAt: null } }, select: selection });
  if (row === null || !may(actor, "view", { type: "project", projectId: row.projectId })) throw new BerthError("not_found");
  return handOverOf(row);
}

interface Row {
  readonly id: string;
  readonly refName: string;
  readonly commit: string;
  readonly repository: string;
  readonly digest: string;
  readonly state: string;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly handedOverByName: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

function handOverOf(row: Row): HandOver {
  return {
    id: row.id,
    ref: row.refName,
    commit: row.commit,
    image: `${row.repository}@${row.digest}`,
    state: row.state === "accepted" || row.state === "refused" ? row.state : "waiting",
    problem: storedProblem(row.errorCode, row.errorText),
    handedOverBy: row.handedOverByName,
    createdAt: row.createdAt,
    endedAt: row.endedAt,
  };
}
