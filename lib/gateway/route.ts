export const routeStates = ["live", "building", "starting", "failed", "stopped"] as const;
export type RouteState = (typeof routeStates)[number];

/** A task that answers for an environment. */
export interface Target {
  /** Task and address in one: a port that moves to another task is another target. */
  readonly key: string;
  readonly taskId: string;
  readonly host: string;
  readonly port: number;
}

/** A host name, the environment it leads to and the tasks that answer. */
export interface Route {
  readonly environmentId: string;
  readonly host: string;
  readonly projectName: string;
  readonly environmentName: string;
  readonly state: RouteState;
  readonly targets: readonly Target[];
  readonly note: string | null;
  readonly link: string | null;
  /** Whether everybody may see it, signed in or not. */
  readonly public: boolean;
  /** When the route entered its state, in milliseconds since 1970. */
  readonly since: number;
  /** Whose turn it is among the targets. */
  readonly turn: { next: number };
  /** Everything above as the database said it; two rows that read the same are the same route. */
  readonly print: string;
}

const maxTargets = 1_000;

/** A route from a row of the table, or null when the row makes no sense. */
export function parseRoute(row: unknown): Route | null {
  if (!isRecord(row)) return null;
  const { environment_id: environmentId, host, project_name: projectName, environment_name: environmentName } = row;
  const state = routeStates.find((known) => known === row["state"]);
  const since = row["changed_at"] instanceof Date ? row["changed_at"].getTime() : Date.now();
  if (typeof environmentId !== "string" || typeof host !== "string" || state === undefined) return null;
  if (typeof projectName !== "string" || typeof environmentName !== "string") return null;
  const targets = parseTargets(row["targets"]);
  if (targets === null) return null;
  return {
    environmentId,
    host: host.toLowerCase(),
    projectName,
    environmentName,
    state,
    targets,
    note: typeof row["note"] === "string" ? row["note"] : null,
    link: typeof row["link"] === "string" ? row["link"] : null,
    public: row["public"] === true,
    since,
    turn: { next: 0 },
    print: JSON.stringify([
      row["release_id"],
      host,
      projectName,
      environmentName,
      state,
      row["targets"],
      row["note"],
      row["link"],
      row["public"],
    ]),
  };
}

function parseTargets(value: unknown): readonly Target[] | null {
  if (!Array.isArray(value) || value.length > maxTargets) return null;
  const targets: Target[] = [];
  for (const entry of value) {
    if (!isRecord(entry)) return null;
    const { taskId, host, port } = entry;
    if (typeof taskId !== "string" || typeof host !== "string" || host === "") return null;
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) return null;
    targets.push({ key: JSON.stringify([taskId, host, port]), taskId, host, port });
  }
  return targets;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
