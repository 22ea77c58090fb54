import { type Amounts, type StoredTaker, type Used, sumOf, usedOf } from "./snapshot.ts";

export const sorts = ["cpus", "mem", "used-cpus", "used-mem", "name"] as const;
export type Sort = (typeof sorts)[number];

/** The sorting an address asks for; by memory, which runs out first, when it asks for none. */
export function sortIn(asked: unknown): Sort {
  return sorts.find((sort) => sort === asked) ?? "mem";
}

/** What somebody takes of a cluster or host. */
export interface Taken {
  readonly tasks: number;
  readonly promised: Amounts;
  readonly used: Used;
}

export interface EnvironmentTaker extends Taken {
  readonly id: string;
  readonly name: string;
}

export interface ProjectTaker extends Taken {
  readonly slug: string;
  readonly name: string;
  readonly environments: readonly EnvironmentTaker[];
  readonly moreEnvironments: number;
}

/** An environment that the one who looks may view. */
export interface KnownEnvironment {
  readonly id: string;
  readonly name: string;
  readonly project: { readonly slug: string; readonly name: string };
}

export interface Takers {
  readonly projects: readonly ProjectTaker[];
  readonly moreProjects: number;
  /** What belongs to projects and stages that the one who looks may not view; null when there is nothing. */
  readonly others: Taken | null;
}

const projectsAtMost = 50;
const environmentsAtMost = 20;

/** Who takes what, by project and environment, the greatest first; whatever is not among `known` in one sum without names. */
export function takersBy(taken: readonly StoredTaker[], known: ReadonlyMap<string, KnownEnvironment>, sort: Sort): Takers {
  const hidden: StoredTaker[] = [];
  const environments = new Map<string, StoredTaker[]>();
  for (const one of taken) {
    const environment = one.environmentId === null ? undefined : known.get(one.environmentId);
    if (environment === undefined) hidden.push(one);
    else environments.set(environment.id, [...(environments.get(environment.id) ?? []), one]);
  }
  const projects = new Map<string, { project: KnownEnvironment["project"]; rows: EnvironmentTaker[] }>();
  for (const [id, rows] of environments) {
    const environment = known.get(id);
    if (environment === undefined) continue;
    const { project, name } = environment;
    const found = projects.get(project.slug) ?? { project, rows: [] };
    found.rows.push({ id, name, ...together(rows) });
    projects.set(project.slug, found);
  }
  const all = [...projects.values()].map(({ project, rows }) => ({
    ...project,
    ...together(rows),
    environments: rows.toSorted(by(sort)).slice(0, environmentsAtMost),
    moreEnvironments: Math.max(0, rows.length - environmentsAtMost),
  }));
  return {
    projects: all.toSorted(by(sort)).slice(0, projectsAtMost),
    moreProjects: Math.max(0, all.length - projectsAtMost),
    others: hidden.length === 0 ? null : together(hidden),
  };
}

function together(all: readonly Taken[]): Taken {
  return {
    tasks: all.reduce((sum, { tasks }) => sum + tasks, 0),
    promised: sumOf(all.map(({ promised }) => promised)),
    used: usedOf(all.map(({ used }) => used)),
  };
}

function by(sort: Sort): (one: Taken & { readonly name: string }, other: Taken & { readonly name: string }) => number {
  const byName = (one: { readonly name: string }, other: { readonly name: string }) => one.name.localeCompare(other.name, "en");
  if (sort === "name") return byName;
  return (one, other) => amountFor(sort, other) - amountFor(sort, one) || byName(one, other);
}

/** What was not measured stands behind everything that was. */
function amountFor(sort: Exclude<Sort, "name">, { promised, used }: Taken): number {
  switch (sort) {
    case "cpus":
      return promised.cpus;
    case "mem":
      return promised.mem;
    case "used-cpus":
      return used?.cpus ?? -1;
    case "used-mem":
      return used?.mem ?? -1;
  }
}
