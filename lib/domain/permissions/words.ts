import type { Role, StageKind } from "#lib/platform/database/client.ts";

import { type EnvironmentPolicyVerb, environmentVerbs } from "../access/policy.ts";

export const roles = ["developer", "tester", "ops"] as const satisfies readonly Role[];
export const stageKinds = ["review", "demo", "staging", "uat", "production"] as const satisfies readonly StageKind[];

/** Role × kind of stage × verb, whole: what is not in it is not granted. */
export type Matrix = Readonly<Record<Role, Readonly<Record<StageKind, readonly EnvironmentPolicyVerb[]>>>>;

/** One cell that is not as it was. */
export interface MatrixChange {
  readonly role: Role;
  readonly stageKind: StageKind;
  readonly added: readonly EnvironmentPolicyVerb[];
  readonly removed: readonly EnvironmentPolicyVerb[];
}

/** How many people hold exactly these roles, in one project or over all. */
export interface Holders {
  readonly roles: readonly Role[];
  readonly people: number;
}

export const stageKindNames: Readonly<Record<StageKind, string>> = {
  review: "review",
  demo: "demo",
  staging: "staging",
  uat: "UAT",
  production: "production",
};

/** A matrix from what `cell` says of each role and kind of stage. */
export function makeMatrix(cell: (role: Role, stageKind: StageKind) => readonly EnvironmentPolicyVerb[]): Matrix {
  const row = (role: Role) => ({
    review: cell(role, "review"),
    demo: cell(role, "demo"),
    staging: cell(role, "staging"),
    uat: cell(role, "uat"),
    production: cell(role, "production"),
  });
  return { developer: row("developer"), tester: row("tester"), ops: row("ops") };
}

/** Each verb once, in the usual order, and `view` wherever anything else is: nobody can work on what he does not see. */
export function normalVerbs(verbs: Iterable<EnvironmentPolicyVerb>): EnvironmentPolicyVerb[] {
  const wanted = new Set(verbs);
  if (wanted.size > 0) wanted.add("view");
  return environmentVerbs.filter((verb) => wanted.has(verb));
}

export function normalMatrix(matrix: Matrix): Matrix {
  return makeMatrix((role, stageKind) => normalVerbs(matrix[role][stageKind]));
}

/** The cells that differ, row by row. */
export function changesBetween(before: Matrix, after: Matrix): MatrixChange[] {
  return roles.flatMap((role) =>
    stageKinds.flatMap((stageKind) => {
      const [old, now] = [before[role][stageKind], after[role][stageKind]];
      const added = now.filter((verb) => !old.includes(verb));
      const removed = old.filter((verb) => !now.includes(verb));
      return added.length + removed.length === 0 ? [] : [{ role, stageKind, added, removed }];
    }),
  );
}

/** "tester · UAT: + deploy, − promote" */
export function changeWords({ role, stageKind, added, removed }: MatrixChange): string {
  const verbs = [...added.map((verb) => `+ ${verb}`), ...removed.map((verb) => `− ${verb}`)];
  return `${cellName(role, stageKind)}: ${verbs.join(", ")}`;
}

export function cellName(role: Role, stageKind: StageKind): string {
  return `${role} · ${stageKindNames[stageKind]}`;
}

/** How many people hold a role whose row changes. */
export function peopleConcerned(holders: readonly Holders[], changes: readonly MatrixChange[]): number {
  const changed = new Set(changes.map(({ role }) => role));
  return holders.filter((each) => each.roles.some((role) => changed.has(role))).reduce((sum, each) => sum + each.people, 0);
}
