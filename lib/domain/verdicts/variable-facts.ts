import type { Transaction } from "#lib/platform/database/client.ts";

import { plainOnly } from "../variables/resolve.ts";

/** The variables an environment would get now, and who changed each when. */
export interface VariableFacts {
  readonly variables: Readonly<Record<string, { readonly value: string } | { readonly secretId: string }>>;
  readonly changes: ReadonlyMap<string, { readonly by: string | null; readonly at: Date }>;
}

interface Place {
  readonly id: string;
  readonly stageId: string;
  readonly projectId: string;
  readonly pullRequestId: string | null;
}

/** The same as `resolveVariables` for many environments in one statement, with who changed what. The narrowest scope wins. */
export async function readVariableFacts(
  database: Pick<Transaction, "variable">,
  places: readonly Place[],
): Promise<Map<string, VariableFacts>> {
  if (places.length === 0) return new Map();
  const rows = await database.variable.findMany({
    where: {
      projectId: { in: [...new Set(places.map((place) => place.projectId))] },
      OR: [
        { stageId: null, environmentId: null },
        { stageId: { in: [...new Set(places.map((place) => place.stageId))] } },
        { environmentId: { in: places.map((place) => place.id) } },
      ],
    },
    select: {
      projectId: true,
      stageId: true,
      environmentId: true,
      name: true,
      value: true,
      secretId: true,
      changedByName: true,
      changedAt: true,
    },
  });
  type Row = (typeof rows)[number];
  const breadth = (row: Row) => (row.environmentId !== null ? 2 : row.stageId !== null ? 1 : 0);
  const reaches = (row: Row, place: Place) =>
    row.projectId === place.projectId &&
    (row.environmentId !== null ? row.environmentId === place.id : row.stageId === null || row.stageId === place.stageId);
  const widestFirst = rows.toSorted((one, other) => breadth(one) - breadth(other));
  return new Map(
    places.map((place) => [
      place.id,
      factsOf(
        widestFirst.filter((row) => reaches(row, place)),
        place,
      ),
    ]),
  );
}

interface VariableRow {
  readonly name: string;
  readonly value: string | null;
  readonly secretId: string | null;
  readonly changedByName: string | null;
  readonly changedAt: Date;
}

function factsOf(rows: readonly VariableRow[], place: Place): VariableFacts {
  const variables: Record<string, { value: string } | { secretId: string }> = {};
  const changes = new Map<string, { by: string | null; at: Date }>();
  for (const row of rows) {
    variables[row.name] = row.secretId === null ? { value: row.value ?? "" } : { secretId: row.secretId };
    changes.set(row.name, { by: row.changedByName, at: row.changedAt });
  }
  return { variables: place.pullRequestId === null ? variables : plainOnly(variables), changes };
}
