import type { Transaction } from "#lib/platform/database/client.ts";

import type { ReleaseVariables } from "../environments/app-spec.ts";

/**
 * The variables an environment gets: those of the project, over them those of its stage, over them its own. One of a pull request gets no
 * secret, whatever the scope.
 */
export async function resolveVariables(
  tx: Transaction,
  place: { projectId: string; stageId: string; id: string; pullRequestId: string | null },
): Promise<ReleaseVariables> {
  const rows = await tx.variable.findMany({
    where: {
      projectId: place.projectId,
      OR: [{ stageId: null, environmentId: null }, { stageId: place.stageId }, { environmentId: place.id }],
    },
    select: { name: true, value: true, secretId: true, stageId: true, environmentId: true },
  });
  const breadth = (row: (typeof rows)[number]) => (row.environmentId !== null ? 2 : row.stageId !== null ? 1 : 0);
  const resolved: Record<string, { value: string } | { secretId: string }> = {};
  for (const row of rows.toSorted((one, other) => breadth(one) - breadth(other))) {
    resolved[row.name] = row.secretId === null ? { value: row.value ?? "" } : { secretId: row.secretId };
  }
  return place.pullRequestId === null ? resolved : plainOnly(resolved);
}

/** What somebody from outside wrote never sees a secret; a plain value that a secret replaces is not for it either. */
export function plainOnly(variables: ReleaseVariables): ReleaseVariables {
  return Object.fromEntries(Object.entries(variables).filter(([, variable]) => "value" in variable));
}
