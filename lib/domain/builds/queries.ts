import type { BuildStatus, CheckStatus, DeploymentStatus, StageKind, StepStatus } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, openEvents, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";

/** One cell of the stage view. */
export interface BuildCell {
  readonly status: StepStatus | CheckStatus | DeploymentStatus;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Where its log is; null where there is none to see. */
  readonly href: string | null;
  /** `staging/v1`, or the names of checks. */
  readonly about: string | null;
}

export interface BuildRow {
  readonly id: string;
  readonly commit: string;
  readonly subject: string | null;
  /** refs/heads/… or refs/tags/… */
  readonly refName: string;
  readonly status: BuildStatus;
  readonly requestedBy: string | null;
  /** Who handed its image over; null: Berth built it. */
  readonly handedOverBy: string | null;
  readonly createdAt: Date;
  readonly digest: string | null;
  /** By the key of a column; what has not happened is absent. */
  readonly cells: Readonly<Record<string, BuildCell>>;
}

export interface BuildColumn {
  /** fetch, build, push, checks, or the id of a stage. */
  readonly key: string;
  readonly title: string;
  /** How long it takes on average when it works; null: it never did. */
  readonly averageMs: number | null;
}

export interface BuildsPage {
  readonly project: ProjectHead;
  readonly columns: readonly BuildColumn[];
  readonly rows: readonly BuildRow[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly eventsUrl: string;
}

const perPage = 20;
const pagesAtMost = 500;
const buildSteps = [
  { key: "fetch", title: "Fetch" },
  { key: "build", title: "Build" },
  { key: "push", title: "Push" },
] as const;

/** What became of each commit: one row per build, one column per step and stage. Stages the viewer may not see have no column, and builds only for them no row. */
export async function listBuilds(reader: Reader, actor: Actor, slug: string, wanted: { readonly page?: number } = {}): Promise<BuildsPage> {
  const project = await readProject(reader, actor, slug);
  const { database } = reader;
  const eventsUrl = await openEvents(reader);
  const kinds = kindsWhere(actor, "view", project.id);
  const logKinds = new Set<StageKind>(kindsWhere(actor, "logs", project.id));
  const where = { projectId: project.id, deployments: { some: { environment: { stage: { kind: { in: kinds } } } } } };
  const total = await database.build.count({ where });
  const pages = Math.max(1, Math.min(pagesAtMost, Math.ceil(total / perPage)));
  const page = Math.min(Math.max(1, wanted.page ?? 1), pages);
  const [stages, builds, averages] = await Promise.all([
    database.stage.findMany({
      where: { projectId: project.id, removedAt: null, kind: { in: kinds } },
      orderBy: { position: "asc" },
      select: { id: true, title: true },
    }),
    database.build.findMany({
      where,
      orderBy: [{ createdAt: "desc" }, { id: "asc" }],
      skip: (page - 1) * perPage,
      take: perPage,
      select: buildSelection,
    }),
    averagesOf(reader, project.id, kinds),
  ]);
  const deployments = await deploymentsOf(reader, builds, kinds);
  const handedOver = await handedOverOf(reader, project.id, builds);
  const columns = [...buildSteps, { key: "checks", title: "Checks" }, ...stages.map(({ id, title }) => ({ key: id, title }))];
  return {
    project: headOf(reader.settings, actor, project),
    columns: columns.map((column) => ({ ...column, averageMs: averages.get(column.key) ?? null })),
    rows: builds.map((build) => rowOf(build, deployments.get(build.id) ?? [], logKinds, handedOver)),
    total,
    page,
    pages,
    eventsUrl: eventsUrl(project.id),
  };
}

const buildSelection = {
  id: true,
  commit: true,
  refName: true,
  status: true,
  requestedByName: true,
  createdAt: true,
  imageId: true,
  image: { select: { digest: true } },
} as const;

interface BuildSource {
  readonly id: string;
  readonly commit: string;
  readonly refName: string;
  readonly status: BuildStatus;
  readonly requestedByName: string | null;
  readonly createdAt: Date;
  readonly imageId: string | null;
  readonly image: { readonly digest: string } | null;
}

const deploymentSelection = {
  id: true,
  number: true,
  buildId: true,
  imageId: true,
  status: true,
  subject: true,
  createdAt: true,
  startedAt: true,
  endedAt: true,
  release: { select: { imageId: true } },
  environment: { select: { name: true, stageId: true, stage: { select: { kind: true } } } },
  steps: { where: { position: { lt: 4 } }, select: { name: true, status: true, startedAt: true, endedAt: true } },
  checks: { select: { checkRun: { select: { id: true, name: true, status: true, startedAt: true, endedAt: true } } } },
} as const;

/** The deployments of builds that the viewer may see, the newest first, by build: those that built it, and those that carried its image on. */
async function deploymentsOf(
  reader: Reader,
  builds: readonly BuildSource[],
  kinds: StageKind[],
): Promise<Map<string, readonly Deployment[]>> {
  const rows = await readDeployments(reader, builds, kinds);
  const isOf = (build: BuildSource) => (row: Deployment) =>
    row.buildId === build.id || (build.imageId !== null && (row.imageId ?? row.release?.imageId) === build.imageId);
  return new Map(builds.map((build) => [build.id, rows.filter(isOf(build))]));
}

async function readDeployments(reader: Reader, builds: readonly BuildSource[], kinds: StageKind[]) {
  const images = builds.flatMap(({ imageId }) => imageId ?? []);
  return reader.database.deployment.findMany({
    where: {
      environment: { stage: { kind: { in: kinds } } },
      OR: [{ buildId: { in: builds.map(({ id }) => id) } }, { imageId: { in: images } }, { release: { imageId: { in: images } } }],
    },
    orderBy: { createdAt: "desc" },
    take: perPage * 50,
    select: deploymentSelection,
  });
}

type Deployment = Awaited<ReturnType<typeof readDeployments>>[number];

/** The steps that make the image, without those around them. */
function builtIn(steps: Deployment["steps"]): Deployment["steps"] {
  return steps.filter(({ name }) => buildSteps.some(({ key }) => key === name));
}

/** Who handed images over, by image. */
async function handedOverOf(reader: Reader, projectId: string, builds: readonly BuildSource[]): Promise<ReadonlyMap<string, string>> {
  const rows = await reader.database.imageHandOver.findMany({
    where: { projectId, state: "accepted", imageId: { in: builds.flatMap(({ imageId }) => imageId ?? []) } },
    select: { imageId: true, handedOverByName: true },
  });
  return new Map(rows.map(({ imageId, handedOverByName }) => [imageId ?? "", handedOverByName]));
}

function rowOf(
  build: BuildSource,
  deployments: readonly Deployment[],
  logKinds: ReadonlySet<StageKind>,
  handedOver: ReadonlyMap<string, string>,
): BuildRow {
  const cells: Record<string, BuildCell> = {};
  const builder = deployments.findLast(
    ({ buildId, steps }) => buildId === build.id && builtIn(steps).some(({ status }) => status !== "skipped"),
  );
  for (const step of builtIn(builder?.steps ?? [])) {
    if (builder === undefined || step.status === "waiting") continue;
    const href = logKinds.has(builder.environment.stage.kind) ? `/deployments/${builder.id}` : null;
    cells[step.name] = { status: step.status, startedAt: step.startedAt, endedAt: step.endedAt, href, about: null };
  }
  const checks = checksCell(deployments, logKinds);
  if (checks !== null) cells["checks"] = checks;
  // The newest of each stage stays.
  for (const deployment of deployments.toReversed()) {
    const { id, status, startedAt, createdAt, endedAt, environment } = deployment;
    cells[environment.stageId] = {
      status,
      startedAt: startedAt ?? createdAt,
      endedAt,
      href: `/deployments/${id}`,
      about: environment.name,
    };
  }
  return {
    id: build.id,
    commit: build.commit,
    subject: deployments.find(({ subject }) => subject !== null)?.subject ?? null,
    refName: build.refName,
    status: build.status,
    requestedBy: build.requestedByName,
    handedOverBy: handedOver.get(build.imageId ?? "") ?? null,
    createdAt: build.createdAt,
    digest: build.image?.digest ?? null,
    cells,
  };
}

const worstFirst: readonly CheckStatus[] = ["failed", "running", "queued", "passed"];

/** All checks of a build as one cell: as bad as the worst, as long as all of them together. */
function checksCell(deployments: readonly Deployment[], logKinds: ReadonlySet<StageKind>): BuildCell | null {
  const runs = new Map(deployments.flatMap(({ checks }) => checks.map(({ checkRun }) => [checkRun.id, checkRun] as const)));
  const ordered = [...runs.values()].toSorted((one, other) => worstFirst.indexOf(one.status) - worstFirst.indexOf(other.status));
  const [worst] = ordered;
  if (worst === undefined) return null;
  const starts = ordered.flatMap(({ startedAt }) => startedAt?.getTime() ?? []);
  const began = starts.length === 0 ? null : Math.min(...starts);
  // Checks of several stages lie hours apart: what counts is how long they ran.
  const ranMs = ordered.reduce((sum, { startedAt, endedAt }) => sum + ((endedAt?.getTime() ?? 0) - (startedAt?.getTime() ?? 0)), 0);
  const isOver = ordered.every(({ status }) => status === "passed" || status === "failed");
  const mayRead = deployments.some(
    ({ checks, environment }) => checks.some(({ checkRun }) => checkRun.id === worst.id) && logKinds.has(environment.stage.kind),
  );
  return {
    status: worst.status,
    startedAt: began === null ? null : new Date(began),
    endedAt: isOver && began !== null ? new Date(began + ranMs) : null,
    href: mayRead ? `/checks/${worst.id}` : null,
    about: ordered.map(({ name }) => name).join(", "),
  };
}

/** How long each column takes on average in the newest twenty that worked, in milliseconds. */
async function averagesOf(reader: Reader, projectId: string, kinds: StageKind[]): Promise<Map<string, number>> {
  const rows = await reader.database.$queryRaw<Array<{ key: string; ms: number }>>`
    WITH live AS (
      SELECT d.id, d.started_at, d.ended_at, e.stage_id, row_number() OVER (PARTITION BY e.stage_id ORDER BY d.created_at DESC) AS place
      FROM deployment d JOIN environment e ON e.id = d.environment_id JOIN stage s ON s.id = e.stage_id
      WHERE d.project_id = ${projectId}::uuid AND d.status = 'live' AND s.kind::text = ANY(${kinds}))
    SELECT stage_id::text AS key, (avg(extract(epoch FROM ended_at - started_at)) * 1000)::float8 AS ms FROM live
      WHERE place <= 20 AND started_at IS NOT NULL GROUP BY stage_id
    UNION ALL
    SELECT t.name, (avg(extract(epoch FROM t.ended_at - t.started_at)) * 1000)::float8 FROM deployment_step t JOIN live ON live.id = t.deployment_id
      WHERE live.place <= 20 AND t.status = 'done' AND t.name IN ('fetch', 'build', 'push', 'checks') GROUP BY t.name`;
  return new Map(rows.map(({ key, ms }) => [key, Math.round(ms)]));
}
