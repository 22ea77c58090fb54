import { changeApps, planOf } from "../deployments/change-apps.ts";
import { type Deployment } from "../deployments/deployment.ts";
import { type Draft, beginDraft, changesOf, dropApp, dropGroup, putGroup } from "../deployments/draft.ts";
import { MarathonFailure, notValid } from "../failures.ts";
import { parseAppInput } from "../model/app-input.ts";
import { type GroupUpdate, notChild, parseGroupUpdate, validateGroupUpdate } from "../model/group-input.ts";
import { absoluteDependency, groupExists, groupIds } from "../model/group.ts";
import { canonicalId, isBelow, parentOf, rootId, segmentsOf } from "../model/path-id.ts";
import { type Scheduler } from "../scheduler.ts";
import { findGroupVersion } from "../store/groups.ts";
import { parseTimestamp } from "../timestamps.ts";
import { deploymentAnswer } from "./apps.ts";
import { type Answer, type Api, type ApiRequest, flag } from "./request.ts";
import { draftApp, draftDefinition } from "./write-app.ts";

/** POST: a group that is not there yet. */
export async function createGroup({ scheduler, changes }: Api, request: ApiRequest, path: string): Promise<Answer> {
  const update = parseGroupUpdate(await request.body());
  const id = canonicalId(update.id ?? "", path);
  return changes.run(async () => {
    const { apps, groups } = scheduler.state;
    if (groupExists(id, apps, groups))
      throw new MarathonFailure("alreadyExists", `Group ${id} is already created. Use PUT to change this group.`);
    if (apps.has(id)) throw new MarathonFailure("alreadyExists", `An app with the path ${id} already exists.`);
    const answer = deploymentAnswer(await deploy(scheduler, request, await draftGroup(scheduler, id, update), id), 201);
    return { ...answer, headers: { ...answer.headers, Location: `/v2/groups${id}` } };
  });
}

/** PUT: structure, scaling or a version to go back to; with `dryRun` only the plan of it. */
export async function putGroupAt({ scheduler, changes }: Api, request: ApiRequest, path: string): Promise<Answer> {
  const update = parseGroupUpdate(await request.body());
  const id = canonicalId(update.id ?? "", path);
  return changes.run(async () => {
    const draft = await draftGroup(scheduler, id, update);
    if (flag(request.query, "dryRun")) return { status: 200, json: { steps: planOf(scheduler, changesOf(draft)).steps } };
    return deploymentAnswer(await deploy(scheduler, request, draft, id));
  });
}

/** PATCH: only whether apps must have the group's role, and only of a group at the top. */
export async function patchGroup({ scheduler, changes }: Api, request: ApiRequest, id: string): Promise<Answer> {
  const update = parseGroupUpdate(await request.body());
  return changes.run(async () => {
    mustExist(scheduler, id);
    const others = Object.entries(update).filter(([key, value]) => value !== undefined && key !== "enforceRole" && key !== "id");
    if (others.length > 0 || update.enforceRole === undefined)
      throw new MarathonFailure("illegal", "A group can be patched in enforceRole only");
    if (segmentsOf(id).length !== 1)
      throw notValid([{ path: "/enforceRole", errors: ["enforceRole may be set on top-level groups only"] }]);
    const draft = beginDraft(scheduler.state, scheduler.versions.next());
    putGroup(draft, id, { enforceRole: update.enforceRole });
    await deploy(scheduler, request, draft, id);
    return { status: 200 };
  });
}

/** Removes a group with everything in it; of the root, everything there is. Does not force by default, unlike the removal of an app. */
export function removeGroup({ scheduler, changes }: Api, request: ApiRequest, id: string): Promise<Answer> {
  return changes.run(async () => {
    mustExist(scheduler, id);
    const draft = beginDraft(scheduler.state, scheduler.versions.next());
    dropGroup(draft, id);
    return deploymentAnswer(await deploy(scheduler, request, draft, id));
  });
}

function mustExist({ state }: Scheduler, id: string): void {
  if (!groupExists(id, state.apps, state.groups)) throw new MarathonFailure("notFound", `Group '${id}' does not exist`);
}

function deploy(scheduler: Scheduler, request: ApiRequest, draft: Draft, groupId: string): Promise<Deployment> {
  const force = flag(request.query, "force");
  const change = { version: draft.version, ...changesOf(draft), groupId, force, clientIp: request.clientIp, uri: request.path };
  return changeApps(scheduler, change);
}

async function draftGroup(scheduler: Scheduler, id: string, update: GroupUpdate): Promise<Draft> {
  validateGroupUpdate(update, id);
  const draft = beginDraft(scheduler.state, scheduler.versions.next());
  if (update.version !== undefined) await goBack(scheduler, draft, id, update.version);
  else if (update.scaleBy !== undefined) scaleBy(scheduler, draft, id, update.scaleBy);
  else await restructure(scheduler, draft, id, update);
  return draft;
}

/** Every app in the group gets so many times its instances, rounded up. */
function scaleBy(scheduler: Scheduler, draft: Draft, id: string, factor: number): void {
  mustExist(scheduler, id);
  for (const app of draft.apps.values()) {
    // A billionth takes the binary dust off, so that ten times 1.1 is eleven.
    const instances = Math.ceil(Math.round(app.instances * factor * 1e9) / 1e9);
    if (isBelow(app.id, id)) draftDefinition(scheduler, draft, { ...app, instances });
  }
}

/** The group with everything in it as it was then. */
async function goBack(scheduler: Scheduler, draft: Draft, id: string, text: string): Promise<void> {
  const version = parseTimestamp(text);
  const then = version === null ? null : await findGroupVersion(scheduler.database, id, version);
  if (then === null) throw new MarathonFailure("illegal", `Group ${id} not available in version ${text}`);
  for (const app of draft.apps.keys()) if (isBelow(app, id) && !then.apps.has(app)) dropApp(draft, app);
  for (const group of draft.groups.keys()) if ((group === id || isBelow(group, id)) && !then.groups.has(group)) draft.groups.delete(group);
  for (const { version: _version, versionInfo: _info, ...app } of then.apps.values()) draftDefinition(scheduler, draft, app);
  for (const group of then.groups.values()) putGroup(draft, group.id, group);
}

/** What is sent replaces what was: a list of apps the group's apps, a list of groups its groups; what is absent stays. */
async function restructure(scheduler: Scheduler, draft: Draft, id: string, update: GroupUpdate): Promise<void> {
  const dependencies = update.dependencies?.map((dependency) => absoluteDependency(dependency, id));
  putGroup(draft, id, {
    ...(dependencies === undefined ? {} : { dependencies }),
    ...(update.enforceRole === undefined ? {} : { enforceRole: update.enforceRole }),
  });
  if (update.apps !== undefined) await replaceApps(scheduler, draft, id, update.apps);
  if (update.groups === undefined) return;
  const children = update.groups.map((child) => ({ id: canonicalId(child.id ?? "", id), update: child }));
  const mentioned = new Set(children.map((child) => child.id));
  for (const other of groupIds(draft.apps, draft.groups)) if (parentOf(other) === id && !mentioned.has(other)) dropGroup(draft, other);
  for (const child of children) await restructure(scheduler, draft, child.id, child.update);
}

async function replaceApps(scheduler: Scheduler, draft: Draft, id: string, apps: readonly unknown[]): Promise<void> {
  const sent = apps.map((body, index) => {
    const input = parseAppInput(body);
    const appId = canonicalId(input.id ?? "", id);
    const missing = input.id === undefined ? "not defined" : undefined;
    const problem = missing ?? (parentOf(appId) === id && appId !== rootId ? undefined : notChild(appId, id));
    if (problem !== undefined) throw notValid([{ path: `/apps(${index})/id`, errors: [problem] }]);
    return { id: appId, input };
  });
  const kept = new Set(sent.map((app) => app.id));
  for (const app of draft.apps.keys()) if (parentOf(app) === id && !kept.has(app)) dropApp(draft, app);
  for (const app of sent) {
    // What a client copied from an answer is no wish to go back.
    const { version: _version, ...input } = app.input;
    await draftApp(scheduler, draft, { id: app.id, input, partial: false });
  }
}
