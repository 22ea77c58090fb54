import { BerthError } from "#lib/core/errors.ts";
import type { Transaction } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { type FieldProblems } from "./sanity.ts";

export const stageSelection = {
  id: true,
  projectId: true,
  name: true,
  title: true,
  kind: true,
  position: true,
  refKind: true,
  refPattern: true,
  perRef: true,
  starts: true,
  redeployOnPush: true,
  verdictRequired: true,
  approvalsRequired: true,
  autoRollback: true,
  rollbackAfterSeconds: true,
  public: true,
  instances: true,
  cpus: true,
  mem: true,
  ttlHours: true,
  checks: true,
  version: true,
} as const;

/** The stages of a project in their order, nobody else editing them meanwhile: two edits that make sense alone may not make sense together. */
export async function lockPipeline(tx: Transaction, projectId: string) {
  // As in a sync, which reads the pipeline under the same lock.
  await tx.$queryRaw`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR NO KEY UPDATE`;
  return tx.stage.findMany({
    where: { projectId, removedAt: null },
    orderBy: [{ position: "asc" }, { id: "asc" }],
    select: stageSelection,
  });
}

export type LockedStage = Awaited<ReturnType<typeof lockPipeline>>[number];

/** A stage that the actor may view, with the pipeline it stands in, locked. Throws `not_found`. */
export async function lockStage(tx: Transaction, actor: Actor, id: string) {
  const found = await tx.stage.findFirst({
    where: { id, removedAt: null, project: { deletedAt: null } },
    select: { projectId: true, kind: true },
  });
  if (found === null || !may(actor, "view", { type: "environment", projectId: found.projectId, stageKind: found.kind }))
    throw new BerthError("not_found");
  const pipeline = await lockPipeline(tx, found.projectId);
  const stage = pipeline.find((candidate) => candidate.id === id);
  if (stage === undefined) throw new BerthError("not_found");
  return { ...stage, pipeline };
}

/** Environments of a stage that are there, a few by name and how many in all. */
export async function livingIn(tx: Transaction, stageId: string): Promise<{ names: string[]; total: number }> {
  const where = { stageId, destroyedAt: null };
  const [rows, total] = [
    await tx.environment.findMany({ where, orderBy: { name: "asc" }, take: 10, select: { name: true } }),
    await tx.environment.count({ where }),
  ];
  return { names: rows.map(({ name }) => name), total };
}

/** `review/one, review/two and 3 more`. */
export function namesOf({ names, total }: { names: readonly string[]; total: number }): string {
  return total > names.length ? `${names.join(", ")} and ${total - names.length} more` : names.join(", ");
}

/** Throws `invalid_input` by field where there are problems. */
export function refuseProblems(problems: FieldProblems): void {
  const [first] = Object.values(problems);
  if (first !== undefined) throw new BerthError("invalid_input", { detail: first, fields: { ...problems } });
}
