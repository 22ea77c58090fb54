import { notValid } from "../failures.ts";
import { type AppDefinition } from "../model/app.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { type Group, ancestorsOf, groupExists, groupIds } from "../model/group.ts";
import { isBelow, rootId } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";

type Known = Pick<Scheduler["state"], "apps" | "groups">;

/** All apps and groups as they will be, while a change is put together. Nothing of it is real before `changeApps`. */
export interface Draft {
  readonly version: string;
  readonly apps: Map<string, AppDefinition>;
  readonly groups: Map<string, Group>;
  /** The app that has a service port. */
  readonly portOwners: Map<number, string>;
  readonly before: Known;
}

export function beginDraft(before: Known, version: string): Draft {
  const draft = { version, apps: new Map(before.apps), groups: new Map(before.groups), portOwners: new Map<number, string>(), before };
  for (const app of before.apps.values()) takePorts(draft, app);
  return draft;
}

export function putApp(draft: Draft, app: AppDefinition): void {
  freePorts(draft, draft.apps.get(app.id));
  draft.apps.set(app.id, app);
  takePorts(draft, app);
}

export function dropApp(draft: Draft, id: string): void {
  freePorts(draft, draft.apps.get(id));
  draft.apps.delete(id);
}

/** Removes a group with everything in it. */
export function dropGroup(draft: Draft, id: string): void {
  for (const app of draft.apps.keys()) if (isBelow(app, id)) dropApp(draft, app);
  for (const group of draft.groups.keys()) if (group === id || isBelow(group, id)) draft.groups.delete(group);
}

/** Writes a group, and the groups above it that are missing. */
export function putGroup(draft: Draft, id: string, change: Partial<Omit<Group, "id" | "version">>): void {
  for (const parent of ancestorsOf(id)) {
    if (parent !== rootId && id !== rootId && !groupExists(parent, draft.apps, draft.groups)) write(draft, parent, {});
  }
  write(draft, id, change);
}

function write(draft: Draft, id: string, change: Partial<Omit<Group, "id" | "version">>): void {
  draft.groups.set(id, { dependencies: [], ...draft.groups.get(id), ...change, id, version: draft.version });
}

/** Service ports that belong to other apps than this one. */
export function portsTakenFrom(draft: Draft, id: string): { has(port: number): boolean } {
  return {
    has(port) {
      const owner = draft.portOwners.get(port);
      return owner !== undefined && owner !== id;
    },
  };
}

function takePorts(draft: Pick<Draft, "portOwners">, app: AppDefinition): void {
  for (const { servicePort } of endpointsOf(app)) if (servicePort !== 0) draft.portOwners.set(servicePort, app.id);
}

function freePorts(draft: Draft, app: AppDefinition | undefined): void {
  if (app === undefined) return;
  for (const { servicePort } of endpointsOf(app)) if (draft.portOwners.get(servicePort) === app.id) draft.portOwners.delete(servicePort);
}

export interface DraftChanges {
  readonly upserts: readonly AppDefinition[];
  readonly deletes: readonly string[];
  readonly groups: { readonly upserts: readonly Group[]; readonly deletes: readonly string[] };
}

/** What a draft changes. Throws when an app would be called like a group, or would lie in another app. */
export function changesOf(draft: Draft): DraftChanges {
  const { before } = draft;
  const changes = {
    upserts: [...draft.apps.values()].filter((app) => before.apps.get(app.id) !== app),
    deletes: [...before.apps.keys()].filter((id) => !draft.apps.has(id)),
    groups: {
      upserts: [...draft.groups.values()].filter((group) => before.groups.get(group.id) !== group),
      deletes: [...before.groups.keys()].filter((id) => !draft.groups.has(id)),
    },
  };
  const name = [...groupIds(draft.apps, draft.groups)].find((id) => draft.apps.has(id));
  if (name !== undefined) {
    throw notValid([{ path: "/id", errors: [`Groups and Applications may not have the same identifier: ${name}`] }]);
  }
  return changes;
}
