import { z } from "zod";

import { type AppDefinition } from "./app.ts";
import { canonicalId, isBelow, parentOf, rootId, segmentsOf } from "./path-id.ts";

/** A group somebody wrote. Others only follow from the ids of apps: they come and go with them. */
export const groupSchema = z.object({
  id: z.string(),
  version: z.string(),
  /** Absolute ids of apps or groups that every app inside stands on. */
  dependencies: z.array(z.string()),
  enforceRole: z.boolean().optional(),
});

export type Group = z.infer<typeof groupSchema>;
type Apps = ReadonlyMap<string, AppDefinition>;
type Groups = ReadonlyMap<string, Group>;

/** Whether there is such a group: the root, a written one, or one that something lies in. */
export function groupExists(id: string, apps: Apps, groups: Groups): boolean {
  if (id === rootId || groups.has(id)) return true;
  for (const known of [apps, groups]) for (const other of known.keys()) if (isBelow(other, id)) return true;
  return false;
}

/** The groups that an id lies in, from the nearest to the root. */
export function ancestorsOf(id: string): string[] {
  const ancestors: string[] = [];
  for (let group = parentOf(id); ; group = parentOf(group)) {
    ancestors.push(group);
    if (group === rootId) return ancestors;
  }
}

/** The ids of all groups there are, the implied ones included, without the root. */
export function groupIds(apps: Apps, groups: Groups): Set<string> {
  const ids = new Set<string>(groups.keys());
  const add = (id: string): void => {
    for (let group = parentOf(id); group !== rootId && !ids.has(group); group = parentOf(group)) ids.add(group);
  };
  for (const id of groups.keys()) add(id);
  for (const id of apps.keys()) add(id);
  ids.delete(rootId);
  return ids;
}

/**
 * The apps each app stands on: those it names, and those that the groups it lies in name; a named group means every app in it. Only apps
 * that stand on something are in the answer.
 */
export function dependenciesOf(apps: Apps, groups: Groups): Map<string, string[]> {
  const needing = [...groups.values()].filter((group) => group.dependencies.length > 0);
  const resolved = new Map<string, string[]>();
  const resolve = (id: string): string[] => {
    if (apps.has(id)) return [id];
    const known = resolved.get(id);
    if (known !== undefined) return known;
    const inside = [...apps.keys()].filter((app) => isBelow(app, id));
    resolved.set(id, inside);
    return inside;
  };
  const dependencies = new Map<string, string[]>();
  for (const app of apps.values()) {
    const named = [
      ...(app.dependencies ?? []),
      ...needing.filter((group) => isBelow(app.id, group.id)).flatMap((group) => group.dependencies),
    ];
    if (named.length > 0) dependencies.set(app.id, [...new Set(named.flatMap(resolve))]);
  }
  return dependencies;
}

/** A tree of groups with nothing but apps in it. */
export interface AppTree {
  readonly id: string;
  readonly apps: AppDefinition[];
  readonly groups: AppTree[];
  readonly pods: never[];
  readonly dependencies: string[];
  readonly version: string;
}

/** The root with these apps where their ids say. */
export function treeOf(apps: readonly AppDefinition[], version: string): AppTree {
  const trees = new Map<string, AppTree>();
  const at = (id: string): AppTree => {
    const known = trees.get(id);
    if (known !== undefined) return known;
    const tree: AppTree = { id, apps: [], groups: [], pods: [], dependencies: [], version };
    trees.set(id, tree);
    if (id !== rootId) at(parentOf(id)).groups.push(tree);
    return tree;
  };
  for (const app of apps) at(parentOf(app.id)).apps.push(app);
  return at(rootId);
}

/** The absolute form of a dependency of the app or group `owner`: `..` counts from the owner itself, a bare name is a sibling. */
export function absoluteDependency(dependency: string, owner: string): string {
  return canonicalId(dependency, segmentsOf(dependency)[0] === ".." ? owner : parentOf(owner));
}
