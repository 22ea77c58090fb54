import { type Actor, may } from "../access/policy.ts";
import { type Reader, readProject } from "../projects/head.ts";
import { type EnvironmentPage, getEnvironmentById } from "./queries.ts";

const listedAtMost = 200;

/** A project's environments that the actor may view, the newest first; at most two hundred. */
export async function listEnvironments(reader: Reader, actor: Actor, slug: string): Promise<EnvironmentPage[]> {
  const project = await readProject(reader, actor, slug);
  const rows = await reader.database.environment.findMany({
    where: { projectId: project.id, destroyedAt: null },
    orderBy: { createdAt: "desc" },
    take: listedAtMost,
    select: { id: true, stage: { select: { kind: true } } },
  });
  const visible = rows.filter((row) => may(actor, "view", { type: "environment", projectId: project.id, stageKind: row.stage.kind }));
  const pages: EnvironmentPage[] = [];
  for (const { id } of visible) pages.push(await getEnvironmentById(reader, actor, id));
  return pages;
}
