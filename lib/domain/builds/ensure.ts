import { randomUUID } from "node:crypto";
import { openBuildStatuses } from "#lib/core/states.ts";
import type { Transaction } from "#lib/platform/database/client.ts";
import { enqueue } from "#lib/platform/queue/enqueue.ts";
import { recipeOf } from "./recipe.ts";

interface Wanted {
  readonly projectId: string;
  readonly commit: string;
  readonly refName: string;
  readonly requestedByName: string | null;
}

/** The build of a commit: the one that is done or under way, or a new one with its job. Which of the two is told by `fresh`. */
export async function ensureBuild(tx: Transaction, wanted: Wanted): Promise<{ id: string; fresh: boolean }> {
  const project = await tx.project.findUniqueOrThrow({ where: { id: wanted.projectId }, select: { dockerfilePath: true, contextPath: true } });
  const recipe = recipeOf(project);
  const found = await tx.build.findFirst({
    where: { projectId: wanted.projectId, commit: wanted.commit, recipe, expiredAt: null, status: { in: [...openBuildStatuses, "built"] }, cancelRequestedAt: null },
    select: { id: true, status: true },
  });
  if (found !== null) {
    if (found.status !== "built") await enqueue(tx, { task: "run-build", payload: { buildId: found.id } });
    return { id: found.id, fresh: false };
  }
  const created = await tx.build.create({
    data: { ...wanted, recipe, dockerfilePath: project.dockerfilePath, contextPath: project.contextPath, logId: randomUUID() },
    select: { id: true },
  });
  await enqueue(tx, { task: "run-build", payload: { buildId: created.id } });
  return { id: created.id, fresh: true };
}
