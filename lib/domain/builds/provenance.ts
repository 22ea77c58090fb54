import type { CommitInfo } from "#lib/adapters/git/mirror.ts";

import type { WorkerContext } from "../workers/context.ts";
import type { LeasedBuild } from "./lease.ts";
import { imageTagOf } from "./recipe.ts";

/**
 * Where an image comes from, in the words of the OCI: a function of commit, recipe and ref alone, so that building a commit again from the
 * cache gives the same digest. Its time is the commit's.
 */
export async function provenanceOf(
  context: Pick<WorkerContext, "database" | "settings">,
  build: LeasedBuild,
  commit: CommitInfo | undefined,
): Promise<Record<string, string>> {
  const project = await context.database.project.findUnique({ where: { id: build.projectId }, select: { repositoryUrl: true } });
  return {
    "org.opencontainers.image.revision": build.commit,
    "org.opencontainers.image.source": project?.repositoryUrl ?? `${context.settings.dashboardOrigin}/git/${build.projectSlug}.git`,
    "org.opencontainers.image.version": build.refName.replace(/^refs\/(?:heads|tags)\//, ""),
    ...(commit === undefined ? {} : { "org.opencontainers.image.created": commit.committedAt.toISOString() }),
    "berth.build": imageTagOf(build),
    "berth.builder": "buildkit",
  };
}
