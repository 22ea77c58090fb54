import { createHash } from "node:crypto";

import type { Database, Role, StageKind, Transaction } from "#lib/platform/database/client.ts";

import { environmentVerbs } from "../access/policy.ts";
import { type Holders, type Matrix, makeMatrix, roles, stageKinds } from "./words.ts";

type Source = Database | Transaction;

interface Row {
  readonly role: Role;
  readonly stageKind: StageKind;
  readonly verb: string;
}

export interface ProjectMatrix {
  /** Whether the project has a matrix of its own instead of the platform's default. */
  readonly own: boolean;
  /** What counts in the project now. */
  readonly matrix: Matrix;
  readonly defaults: Matrix;
  readonly fingerprint: string;
}

/** The platform's default matrix. */
export async function loadDefaultMatrix(source: Source): Promise<{ matrix: Matrix; fingerprint: string }> {
  const matrix = matrixOf(await source.permission.findMany({ select: { role: true, stageKind: true, verb: true } }));
  return { matrix, fingerprint: fingerprintOf(false, matrix) };
}

/** A project's matrix: its own, else the default. */
export async function loadProjectMatrix(source: Source, projectId: string): Promise<ProjectMatrix> {
  const { ownPermissions: own, permissions } = await source.project.findUniqueOrThrow({
    where: { id: projectId },
    select: { ownPermissions: true, permissions: { select: { role: true, stageKind: true, verb: true } } },
  });
  const { matrix: defaults } = await loadDefaultMatrix(source);
  const matrix = own ? matrixOf(permissions) : defaults;
  return { own, matrix, defaults, fingerprint: fingerprintOf(own, matrix) };
}

/** Holds off every other change of a matrix until the transaction ends. */
export async function lockMatrices(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(7301997)`;
}

/** The rows of a matrix as they are stored. */
export function rowsOf(matrix: Matrix): Row[] {
  return roles.flatMap((role) => stageKinds.flatMap((stageKind) => matrix[role][stageKind].map((verb) => ({ role, stageKind, verb }))));
}

/** How many people hold which roles: in one project, or in the projects that use the default. Admins may everything and are not counted. */
export async function countHolders(source: Source, projectId: string | null): Promise<Holders[]> {
  return source.$queryRaw<Holders[]>`
    WITH given AS (
      SELECT project_id, person_id, role FROM membership
      UNION
      SELECT g.project_id, gm.person_id, g.role FROM group_membership g JOIN group_member gm ON gm.group_id = g.group_id),
    held AS (
      SELECT given.person_id, array_agg(DISTINCT given.role ORDER BY given.role)::text[] AS roles
      FROM given
      JOIN project p ON p.id = given.project_id AND p.deleted_at IS NULL
      JOIN person who ON who.id = given.person_id AND NOT who.is_admin AND who.disabled_at IS NULL
      WHERE (${projectId}::uuid IS NULL AND NOT p.own_permissions) OR p.id = ${projectId}::uuid
      GROUP BY given.person_id)
    SELECT roles, count(*)::int AS people FROM held GROUP BY roles`;
}

function matrixOf(rows: readonly Row[]): Matrix {
  return makeMatrix((role, stageKind) => {
    const granted = new Set(rows.filter((row) => row.role === role && row.stageKind === stageKind).map((row) => row.verb));
    return environmentVerbs.filter((verb) => granted.has(verb));
  });
}

function fingerprintOf(own: boolean, matrix: Matrix): string {
  return createHash("sha256")
    .update(JSON.stringify([own, rowsOf(matrix)]))
    .digest("hex");
}
