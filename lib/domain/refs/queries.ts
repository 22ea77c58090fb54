import type { RefKind } from "#lib/platform/database/client.ts";
import type { Serving } from "#lib/core/states.ts";
import { type Actor, may } from "../access/policy.ts";
import { servingOf } from "../environments/serving.ts";
import type { Availability } from "../environments/verbs.ts";
import { type ProjectHead, type Reader, eventsUrl, headOf, readProject } from "../projects/head.ts";
import { stageTakes } from "../projects/pipeline.ts";

export interface RefRow {
  readonly id: string;
  readonly kind: RefKind;
  readonly name: string;
  readonly slug: string;
  readonly commit: string;
  readonly subject: string | null;
  readonly author: string | null;
  readonly committedAt: Date | null;
  readonly changedAt: Date;
  readonly firstSeenAt: Date;
  readonly goneAt: Date | null;
  readonly environments: ReadonlyArray<{ readonly id: string; readonly name: string; readonly serving: Serving }>;
  readonly preview: Availability | undefined;
  /** The stage a preview of this ref would go to. */
  readonly previewStage: string | null;
}

export interface RefFilter {
  readonly search?: string | undefined;
  readonly kind?: RefKind | undefined;
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
}

export interface RefPage {
  readonly project: ProjectHead;
  readonly rows: readonly RefRow[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly eventsUrl: string;
}

/** A page of the project's branches and tags, the newest first. */
export async function listRefs(reader: Reader, actor: Actor, slug: string, filter: RefFilter): Promise<RefPage> {
  const project = await readProject(reader, actor, slug);
  const perPage = Math.min(Math.max(filter.perPage ?? 50, 1), 500);
  const search = filter.search?.trim().slice(0, 200) ?? "";
  const where = {
    projectId: project.id,
    goneAt: null,
    ...(filter.kind === undefined ? {} : { kind: filter.kind }),
    ...(search === "" ? {} : { OR: [{ name: { contains: search, mode: "insensitive" as const } }, { subject: { contains: search, mode: "insensitive" as const } }, { commit: { startsWith: search.toLowerCase() } }] }),
  };
  const total = await reader.database.ref.count({ where });
  const pages = Math.max(1, Math.ceil(total / perPage));
  const page = Math.min(Math.max(filter.page ?? 1, 1), pages);
  const [rows, stages] = await Promise.all([
    reader.database.ref.findMany({
      where,
      orderBy: [{ changedAt: "desc" }, { name: "asc" }],
      skip: (page - 1) * perPage,
      take: perPage,
      include: { environments: { where: { destroyedAt: null }, select: { id: true, name: true, health: true, liveReleaseId: true, stageId: true, stage: { select: { kind: true } } } } },
    }),
    reader.database.stage.findMany({ where: { projectId: project.id }, orderBy: { position: "asc" } }),
  ]);
  const sees = (kind: (typeof stages)[number]["kind"]) => may(actor, "view", { type: "environment", projectId: project.id, stageKind: kind });
  return {
    project: headOf(reader.settings, actor, project),
    total,
    page,
    pages,
    eventsUrl: eventsUrl(project.id),
    rows: rows.map((row) => {
      const stage = stages.find((candidate) => candidate.starts !== "by_promotion" && stageTakes(candidate, row, project.defaultBranch));
      const mayDeploy = stage !== undefined && may(actor, "deploy", { type: "environment", projectId: project.id, stageKind: stage.kind });
      return {
        id: row.id,
        kind: row.kind,
        name: row.name,
        slug: row.slug,
        commit: row.commit,
        subject: row.subject,
        author: row.authorName,
        committedAt: row.committedAt,
        changedAt: row.changedAt,
        firstSeenAt: row.firstSeenAt,
        goneAt: row.goneAt,
        environments: row.environments
          .filter((environment) => sees(environment.stage.kind))
          .map((environment) => ({ id: environment.id, name: environment.name, serving: servingOf(environment.health, environment.liveReleaseId !== null) })),
        preview: mayDeploy ? { reason: null } : undefined,
        previewStage: stage?.name ?? null,
      };
    }),
  };
}
