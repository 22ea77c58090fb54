import type { Database, Role, StageKind } from "#lib/platform/database/client.ts";

import type { Grants } from "./policy.ts";

/** What the roles in one project give on one kind of stage. */
export interface GrantRow {
  readonly projectId: string;
  readonly stageKind: StageKind;
  readonly verbs: string[];
}

/** What a person's own roles and his groups' give, everywhere. The matrix is applied in the database, for the gateway asks the same function. */
export async function grantsOfPerson(database: Pick<Database, "$queryRaw">, personId: string): Promise<GrantRow[]> {
  return database.$queryRaw<
    GrantRow[]
  >`SELECT project_id AS "projectId", stage_kind::text AS "stageKind", verbs FROM berth_grants(${personId}::uuid)`;
}

/** What one role gives in every project. */
export async function grantsOfRole(database: Pick<Database, "$queryRaw">, role: Role): Promise<GrantRow[]> {
  return database.$queryRaw<
    GrantRow[]
  >`SELECT project_id AS "projectId", stage_kind::text AS "stageKind", verbs FROM berth_role_grants(${role}::"Role")`;
}

export function grantsOf(rows: readonly GrantRow[]): Grants {
  const grants = new Map<string, Map<StageKind, ReadonlySet<string>>>();
  for (const { projectId, stageKind, verbs } of rows) {
    const stages = grants.get(projectId) ?? new Map<StageKind, ReadonlySet<string>>();
    grants.set(projectId, stages.set(stageKind, new Set(verbs)));
  }
  return grants;
}
