import { actions } from "./actions.ts";
import type { Need } from "./need.ts";
import { operationNeeds } from "./operations.ts";
import { pages } from "./pages.ts";
import { otherDoors, routes } from "./routes.ts";

export type DoorKind = "page" | "action" | "operation" | "route" | "other";

export interface Door {
  readonly kind: DoorKind;
  readonly name: string;
  readonly need: Need;
}

const byKind = { page: pages, action: actions, operation: operationNeeds, route: routes, other: otherDoors } as const;

/** Every door of Berth with what it asks for. The build fails where this table and the product differ (bin/steps/doors.mjs). */
export const doors: readonly Door[] = Object.entries(byKind).flatMap(([kind, table]) =>
  Object.entries(table).map(([name, need]) => ({ kind: kindOf(kind), name, need })),
);

function kindOf(text: string): DoorKind {
  return text === "page" || text === "action" || text === "operation" || text === "route" ? text : "other";
}

/** What the built product has, by kind. */
export interface Built {
  readonly page: readonly string[];
  readonly action: readonly string[];
  readonly operation: readonly string[];
  readonly route: readonly string[];
}

/** Sentences that name every door that is not declared, and every declared one that is gone. Empty: they agree. */
export function whatDiffers(built: Built): string[] {
  return (["page", "action", "operation", "route"] as const).flatMap((kind) => {
    const declared = new Set(Object.keys(byKind[kind]));
    const there = new Set(built[kind]);
    return [
      ...[...there].filter((name) => !declared.has(name)).map((name) => `The ${kind} ${name} does not say what it asks for.`),
      ...[...declared].filter((name) => !there.has(name)).map((name) => `The ${kind} ${name} is declared, but there is none.`),
    ];
  });
}
