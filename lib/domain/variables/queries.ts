import { BerthError } from "#lib/core/errors.ts";

import { type Actor, authorise } from "../access/policy.ts";
import { type EnvironmentPage, getEnvironment } from "../environments/queries.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";

export interface VariableRow {
  readonly id: string;
  readonly name: string;
  readonly kind: "plain" | "secret";
  /** Always null for secrets. */
  readonly value: string | null;
  readonly scope: "project" | "stage" | "environment";
  readonly scopeName: string;
  readonly changedBy: string | null;
  readonly changedAt: Date;
  /** A narrower scope sets the same name. */
  readonly overridden: boolean;
}

const selection = {
  id: true,
  name: true,
  kind: true,
  value: true,
  changedByName: true,
  changedAt: true,
  stageId: true,
  environmentId: true,
  stage: { select: { name: true, title: true, kind: true } },
} as const;
const orders = { project: 0, stage: 1, environment: 2 } as const;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly kind: "plain" | "secret";
  readonly value: string | null;
  readonly changedByName: string | null;
  readonly changedAt: Date;
  readonly stageId: string | null;
  readonly environmentId: string | null;
  readonly stage: { readonly title: string } | null;
}

/** All variables an environment gets, the winning and the overridden ones, by name. */
export async function getEnvironmentVariables(
  reader: Reader,
  actor: Actor,
  slug: string,
  name: string,
): Promise<EnvironmentPage & { readonly variables: readonly VariableRow[] }> {
  const page = await getEnvironment(reader, actor, slug, name);
  const object = { type: "environment", projectId: page.project.id, stageKind: page.stage.kind } as const;
  authorise(actor, "configure", object);
  const rows = await reader.database.variable.findMany({
    where: {
      projectId: page.project.id,
      OR: [{ stageId: null, environmentId: null }, { stageId: page.stage.id }, { environmentId: page.id }],
    },
    select: selection,
  });
  return { ...page, variables: rowsOf(rows, page.name) };
}

/**
 * The variables of a project and of its stages, for whoever may configure in it: those of a stage where he may configure, and those of the
 * whole project, which run in every environment of his. Which of them he may change, the scopes say: `stages`, and the project's own for who
 * may administer it.
 */
export async function getProjectVariables(
  reader: Reader,
  actor: Actor,
  slug: string,
): Promise<{
  project: ProjectHead;
  variables: readonly VariableRow[];
  stages: ReadonlyArray<{ name: string; title: string }>;
}> {
  const project = await readProject(reader, actor, slug);
  const kinds = kindsWhere(actor, "configure", project.id);
  if (kinds.length === 0) throw new BerthError("forbidden");
  const [rows, stages] = await Promise.all([
    reader.database.variable.findMany({
      where: { projectId: project.id, environmentId: null, OR: [{ stageId: null }, { stage: { kind: { in: kinds } } }] },
      select: selection,
    }),
    reader.database.stage.findMany({
      where: { projectId: project.id, removedAt: null, kind: { in: kinds } },
      orderBy: { position: "asc" },
      select: { name: true, title: true },
    }),
  ]);
  const variables = rows
    .map((row) => rowOf(row, "", false))
    .toSorted((one, other) => one.name.localeCompare(other.name) || orders[one.scope] - orders[other.scope]);
  return { project: headOf(reader.settings, actor, project), variables, stages };
}

function rowsOf(rows: readonly Row[], environmentName: string): VariableRow[] {
  const narrowest = new Map<string, number>();
  for (const row of rows) narrowest.set(row.name, Math.max(narrowest.get(row.name) ?? 0, orders[scopeOf(row)]));
  return rows
    .map((row) => rowOf(row, environmentName, orders[scopeOf(row)] < (narrowest.get(row.name) ?? 0)))
    .toSorted((one, other) => one.name.localeCompare(other.name) || orders[other.scope] - orders[one.scope]);
}

function scopeOf(row: Row): VariableRow["scope"] {
  if (row.environmentId !== null) return "environment";
  return row.stageId === null ? "project" : "stage";
}

function rowOf(row: Row, environmentName: string, overridden: boolean): VariableRow {
  const scope = scopeOf(row);
  const scopeName = scope === "environment" ? environmentName : scope === "stage" ? (row.stage?.title ?? "") : "Project";
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    value: row.kind === "secret" ? null : row.value,
    scope,
    scopeName,
    changedBy: row.changedByName,
    changedAt: row.changedAt,
    overridden,
  };
}
