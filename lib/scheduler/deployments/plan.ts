import { MarathonFailure } from "../failures.ts";
import { needsRestart } from "../model/app-change.ts";
import { type AppDefinition } from "../model/app.ts";
import { type Group, dependenciesOf } from "../model/group.ts";
import { type Action, type Step } from "./deployment.ts";

type Apps = ReadonlyMap<string, AppDefinition>;

/**
 * The steps from one set of apps to another: stop what is gone, "start" what is new (at nothing, for compatibility), then scale or restart
 * what is new or changed, dependencies first. `restarted` are apps whose restart was asked for although nothing changed; `groups` are the
 * groups of the target, for what they stand on.
 */
export function planSteps(
  original: Apps,
  target: Apps,
  restarted: ReadonlySet<string> = new Set(),
  groups: ReadonlyMap<string, Group> = new Map(),
): Step[] {
  const stops: Action[] = [];
  const starts: Action[] = [];
  const changes = new Map<number, Action[]>();
  const depths = dependencyDepths(target, groups);
  for (const id of original.keys()) if (!target.has(id)) stops.push({ action: "StopApplication", app: id });
  for (const [id, app] of target) {
    const before = original.get(id);
    if (before === undefined) starts.push({ action: "StartApplication", app: id });
    const action = changeAction(before, app, restarted.has(id));
    if (action === null) continue;
    const depth = depths.get(id) ?? 0;
    const sameDepth = changes.get(depth);
    if (sameDepth === undefined) changes.set(depth, [{ action, app: id }]);
    else sameDepth.push({ action, app: id });
  }
  const inOrder = [...changes.entries()].sort(([left], [right]) => left - right).map(([, actions]) => actions);
  return [stops, starts, ...inOrder].filter((actions) => actions.length > 0).map((actions) => ({ actions }));
}

function changeAction(before: AppDefinition | undefined, after: AppDefinition, restart: boolean): Action["action"] | null {
  if (before === undefined) return "ScaleApplication";
  const changed = restart || needsRestart(before, after);
  if (!changed) return before.instances === after.instances ? null : "ScaleApplication";
  return after.instances === 0 ? "ScaleApplication" : "RestartApplication";
}

/** How deep each app stands on others; apps that stand on nothing are left out. Throws when they stand on each other. */
function dependencyDepths(apps: Apps, groups: ReadonlyMap<string, Group>): Map<string, number> {
  const dependencies = dependenciesOf(apps, groups);
  const depths = new Map<string, number>();
  const visiting = new Set<string>();
  const visit = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    if (visiting.has(id)) throw new MarathonFailure("illegal", "Dependency graph has cyclic dependencies.");
    visiting.add(id);
    const below = (dependencies.get(id) ?? []).map((dependency) => visit(dependency) + 1);
    visiting.delete(id);
    const depth = below.reduce((deepest, one) => Math.max(deepest, one), 0);
    depths.set(id, depth);
    return depth;
  };
  for (const id of dependencies.keys()) visit(id);
  return depths;
}
