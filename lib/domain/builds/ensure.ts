import { randomUUID } from "node:crypto";

import { parsePullRef } from "#lib/adapters/git/ref-name.ts";
import { BerthError } from "#lib/core/errors.ts";
import { type BuildStatus, openBuildStatuses } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";

import { recipeOf } from "./recipe.ts";

interface Wanted {
  readonly projectId: string;
  readonly commit: string;
  readonly refName: string;
  readonly requestedByName: string | null;
}

/** The build of a commit: the one that is done or under way, or a new one with its job. */
export async function ensureBuild(tx: Transaction, wanted: Wanted): Promise<{ id: string }> {
  const project = await tx.project.findUniqueOrThrow({
    where: { id: wanted.projectId },
    select: { dockerfilePath: true, contextPath: true },
  });
  const recipe = recipeOf({ ...project, isPull: parsePullRef(wanted.refName) !== null });
  const key = { projectId: wanted.projectId, commit: wanted.commit, recipe };
  const known = await findUsable(tx, key);
  if (known !== null) {
    if (known.status !== "built") await enqueue(tx, { task: "run-build", payload: { buildId: known.id } });
    return { id: known.id };
  }
  // Two environments may ask for one commit at the same moment: the second insert does nothing and finds the first's row.
  await tx.build.createMany({
    data: [{ ...wanted, recipe, dockerfilePath: project.dockerfilePath, contextPath: project.contextPath, logId: randomUUID() }],
    skipDuplicates: true,
  });
  const created = await findUsable(tx, key);
  if (created === null) throw new BerthError("conflict", { detail: "The commit's earlier build is just being cancelled." });
  await enqueue(tx, { task: "run-build", payload: { buildId: created.id } });
  return { id: created.id };
}

/** The row is locked against removal: until this transaction ends, its image is not collected. */
async function findUsable(tx: Transaction, key: { projectId: string; commit: string; recipe: string }) {
  const rows = await tx.$queryRaw<Array<{ id: string; status: BuildStatus }>>`
    SELECT id, status::text AS status FROM build
    WHERE project_id = ${key.projectId}::uuid AND commit = ${key.commit} AND recipe = ${key.recipe}
      AND expired_at IS NULL AND cancel_requested_at IS NULL AND status::text = ANY(${[...openBuildStatuses, "built"]})
    LIMIT 1 FOR KEY SHARE`;
  return rows[0] ?? null;
}
