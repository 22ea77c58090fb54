import { refOfName } from "#lib/core/ref-name.ts";
import type { Serving } from "#lib/core/states.ts";
import type { RefKind, StageKind } from "#lib/platform/database/client.ts";

import type { Actor } from "../access/policy.ts";
import { servingOf } from "../environments/serving.ts";
import type { Reader } from "./head.ts";
import { type ProjectListItem, listProjects } from "./queries.ts";
import { kindsWhere } from "./visible.ts";

/** An environment as a chip in a project's row. */
export interface HomePlace {
  readonly name: string;
  readonly ref: { readonly kind: RefKind; readonly name: string } | null;
  readonly serving: Serving;
}

export interface HomeCell {
  readonly kind: StageKind;
  /** The newest; `total` counts them all. */
  readonly places: readonly HomePlace[];
  readonly total: number;
}

export interface HomeProject extends ProjectListItem {
  /** One for each kind of stage that the viewer may see somewhere; empty where it holds nothing he may see. */
  readonly cells: readonly HomeCell[];
}

export interface Home {
  readonly projects: readonly HomeProject[];
  readonly kinds: readonly StageKind[];
  readonly more: number;
  readonly mayCreate: boolean;
}

const placesPerCell = 2;
const allKinds: readonly StageKind[] = ["review", "demo", "staging", "uat", "production"];

interface Row {
  readonly projectId: string;
  readonly kind: StageKind;
  readonly name: string;
  readonly refKind: RefKind | null;
  readonly refName: string | null;
  readonly builtFor: string | null;
  readonly health: string;
  readonly live: boolean;
  readonly total: number;
}

/** All projects somebody may see, the liveliest first, each as a row of what runs in which kind of stage. */
export async function getHome(reader: Reader, actor: Actor, limit: number): Promise<Home> {
  const { projects, more, mayCreate } = await listProjects(reader, actor, limit);
  const places = projects.flatMap(({ id }) => kindsWhere(actor, "view", id).map((kind) => ({ id, kind })));
  const cells = new Map<string, Row[]>();
  for (const row of await readPlaces(reader, places)) {
    const key = `${row.projectId} ${row.kind}`;
    cells.set(key, [...(cells.get(key) ?? []), row]);
  }
  const kinds = allKinds.filter((kind) => places.some((place) => place.kind === kind));
  return {
    kinds,
    more,
    mayCreate,
    projects: projects.map((project) => ({
      ...project,
      cells: kinds.map((kind) => {
        const rows = cells.get(`${project.id} ${kind}`) ?? [];
        return { kind, total: rows[0]?.total ?? 0, places: rows.map(placeOf) };
      }),
    })),
  };
}

function placeOf({ name, refKind, refName, builtFor, health, live }: Row): HomePlace {
  const ref = refKind === null || refName === null ? refOfName(builtFor) : { kind: refKind, name: refName };
  return { name, ref, serving: servingOf(health, live) };
}

/** Only in the given kinds of stages: what may not be viewed is in no cell and in no number. */
async function readPlaces(reader: Reader, places: ReadonlyArray<{ id: string; kind: StageKind }>): Promise<Row[]> {
  if (places.length === 0) return [];
  return reader.database.$queryRaw<Row[]>`
    SELECT * FROM (
      SELECT e.project_id AS "projectId", place.kind, e.name, r.kind::text AS "refKind", r.name AS "refName", e.health,
        CASE WHEN e.ref_id IS NULL THEN (SELECT d.ref_name FROM deployment d WHERE d.release_id = e.live_release_id ORDER BY d.number LIMIT 1) END AS "builtFor",
        e.live_release_id IS NOT NULL AS live,
        row_number() OVER (PARTITION BY e.project_id, place.kind ORDER BY e.changed_at DESC) AS place_in_cell,
        count(*) OVER (PARTITION BY e.project_id, place.kind)::int AS total
      FROM unnest(${places.map(({ id }) => id)}::uuid[], ${places.map(({ kind }) => kind)}::text[]) AS place (project_id, kind)
      JOIN stage s ON s.project_id = place.project_id AND s.kind::text = place.kind
      JOIN environment e ON e.stage_id = s.id AND e.destroyed_at IS NULL
      LEFT JOIN ref r ON r.id = e.ref_id) cell
    WHERE place_in_cell <= ${placesPerCell} ORDER BY place_in_cell`;
}
