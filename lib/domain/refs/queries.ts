import type { Serving } from "#lib/core/states.ts";
import type { RefKind, StageKind, StageStart } from "#lib/platform/database/client.ts";

import { type Actor, may } from "../access/policy.ts";
import { servingOf } from "../environments/serving.ts";
import type { Availability } from "../environments/verbs.ts";
import { type ProjectHead, type Reader, headOf, openEvents, readProject } from "../projects/head.ts";
import { stageTakes } from "../stages/gates.ts";

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
  const eventsUrl = await openEvents(reader);
  const perPage = Math.min(Math.max(filter.perPage ?? defaultPerPage, 1), maxPerPage);
  const where = { projectId: project.id, goneAt: null, ...conditionsOf(filter) };
  const [total, stages] = await Promise.all([
    reader.database.ref.count({ where }),
    reader.database.stage.findMany({ where: { projectId: project.id, removedAt: null }, orderBy: { position: "asc" } }),
  ]);
  const pages = Math.max(1, Math.ceil(total / perPage));
  const page = Math.min(Math.max(filter.page ?? 1, 1), pages);
  const rows = await reader.database.ref.findMany({
    where,
    orderBy: [{ changedAt: "desc" }, { name: "asc" }],
    skip: (page - 1) * perPage,
    take: perPage,
    include: environmentsOfRef,
  });
  return {
    project: headOf(reader.settings, actor, project),
    total,
    page,
    pages,
    eventsUrl: eventsUrl(project.id),
    rows: rows.map((row) => rowOf(actor, row, stages, project.defaultBranch)),
  };
}

const defaultPerPage = 50;
const maxPerPage = 500;
const environmentsOfRef = {
  environments: {
    where: { destroyedAt: null },
    select: { id: true, name: true, health: true, liveReleaseId: true, stage: { select: { kind: true } } },
  },
} as const;

function conditionsOf(filter: RefFilter) {
  const search = filter.search?.trim().slice(0, 200) ?? "";
  const contains = { contains: search, mode: "insensitive" as const };
  return {
    ...(filter.kind === undefined ? {} : { kind: filter.kind }),
    ...(search === "" ? {} : { OR: [{ name: contains }, { subject: contains }, { commit: { startsWith: search.toLowerCase() } }] }),
  };
}

interface RefSource {
  readonly id: string;
  readonly projectId: string;
  readonly kind: RefKind;
  readonly name: string;
  readonly slug: string;
  readonly commit: string;
  readonly subject: string | null;
  readonly authorName: string | null;
  readonly committedAt: Date | null;
  readonly changedAt: Date;
  readonly firstSeenAt: Date;
  readonly goneAt: Date | null;
  readonly environments: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly health: string;
    readonly liveReleaseId: string | null;
    readonly stage: { readonly kind: StageKind };
  }>;
}

type StageSource = Parameters<typeof stageTakes>[0] & { readonly name: string; readonly kind: StageKind; readonly starts: StageStart };

function rowOf(actor: Actor, row: RefSource, stages: readonly StageSource[], defaultBranch: string | null): RefRow {
  const policy = (stageKind: StageKind) => ({ type: "environment", projectId: row.projectId, stageKind }) as const;
  const first = stages.find((candidate) => candidate.starts !== "by_promotion" && stageTakes(candidate, row, defaultBranch));
  const stage = first !== undefined && may(actor, "view", policy(first.kind)) ? first : undefined;
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
      .filter((environment) => may(actor, "view", policy(environment.stage.kind)))
      .map(({ id, name, health, liveReleaseId }) => ({ id, name, serving: servingOf(health, liveReleaseId !== null) })),
    preview: stage !== undefined && may(actor, "deploy", policy(stage.kind)) ? { reason: null } : undefined,
    previewStage: stage?.name ?? null,
  };
}
