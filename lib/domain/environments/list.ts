import type { Actor } from "../access/policy.ts";
import { type Reader, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { type EnvironmentPage, getEnvironmentById } from "./queries.ts";

const listedAtMost = 200;

/** A project's environments that the actor may view, the newest first; at most two hundred. */
export async function listEnvironments(reader: Reader, actor: Actor, slug: string): Promise<EnvironmentPage[]> {
  const project = await readProject(reader, actor, slug);
  const rows = await reader.database.environment.findMany({
    where: { projectId: project.id, destroyedAt: null, stage: { kind: { in: kindsWhere(actor, "view", project.id) } } },
    orderBy: { createdAt: "desc" },
    take: listedAtMost,
    select: { id: true },
  });
  const pages: EnvironmentPage[] = [];
  for (const { id } of rows) pages.push(await getEnvironmentById(reader, actor, id));
  return pages;
}
