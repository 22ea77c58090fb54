import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { hashToken } from "#lib/platform/crypto/tokens.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { createLog } from "#lib/platform/log.ts";
import { createEventHub } from "#lib/server/event-hub.ts";

import type { Cell } from "./cells.ts";
import { askApi } from "./knock.ts";
import type { Given } from "./knocks.ts";
import { identityOfSomebody, type World } from "./world.ts";

/** The web process's services around a database, and its owner's hands. */
export interface House {
  /** With the rights of the owner of the database. */
  readonly owner: Database;
  close(): Promise<void>;
}

/** So many questions are under way together: most of the time of each is waiting for the database. */
const askedAtOnce = 8;

/** Asks for each in turn, several at a time. Only for questions that leave everything as it is. */
export async function together<T>(items: readonly T[], ask: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const walk = async () => {
    for (const item of rest) await ask(item);
  };
  await Promise.all(Array.from({ length: askedAtOnce }, walk));
}

/** Makes this process the web process of that database. */
export async function openHouse(urls: { web: string; owner: string }): Promise<House> {
  const home = await mkdtemp(join(tmpdir(), "berth-access-"));
  const onError = () => undefined;
  const web = openDatabase(urls.web, { connections: askedAtOnce, onError });
  const owner = openDatabase(urls.owner, { connections: 4, onError });
  const log = createLog("web", "silent");
  const hub = createEventHub(urls.web, log);
  globalThis.berthWebServices = {
    database: web.database,
    settings: {
      dashboardOrigin: "http://localhost:3000",
      previewDomain: "preview.localhost",
      previewOrigin: "http://preview.localhost:4000",
      allowFileRepositories: false,
    },
    hub,
    log,
    authSecret: "a secret of the tests, long enough to be one",
    home,
  };
  return {
    owner: owner.database,
    async close() {
      await hub.close();
      await web.close();
      await owner.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The things a knock takes with it: where the door ends tokens or sessions, new ones of the person's own. */
export async function giveTo(
  owner: Database,
  world: World,
  { who, door }: Cell,
  matrices: Pick<Given, "matrix" | "ownMatrix">,
): Promise<Given> {
  const given = { ...matrices, somebody: world.somebody, group: world.group, cluster: world.cluster };
  if (!/token|session/i.test(door.name)) return { ...given, ownToken: "", ownSession: "" };
  const personId = who.personId ?? world.somebody.id;
  const hash = hashToken(randomUUID());
  const [token, session] = await Promise.all([
    owner.apiToken.create({ data: { personId, name: "spare", hash, hint: "none" }, select: { id: true } }),
    owner.session.create({ data: { personId, idHash: hash, expiresAt: new Date(Date.now() + 3_600_000) }, select: { id: true } }),
  ]);
  return { ...given, ownToken: token.id, ownSession: session.id };
}

/** Both matrices as the admin reads them, to be sent back unchanged. */
export async function readMatrices(world: World): Promise<Pick<Given, "matrix" | "ownMatrix">> {
  const admin = world.people.find(({ name }) => name === "admin");
  if (admin === undefined) throw new Error("No admin");
  const read = async (path: string) => {
    const { matrix, fingerprint } = JSON.parse((await askApi(admin, "GET", path)).body);
    return { matrix, fingerprint: String(fingerprint) };
  };
  return { matrix: await read("/permissions"), ownMatrix: await read(`/projects/${world.projects.own.slug}/permissions`) };
}

/** Undoes what an opened door did to what the next cells stand on; which things those are, its name says. */
export async function heal(owner: Database, world: World, before: Snapshot, door: string): Promise<void> {
  const { own, other, deleted } = world.projects;
  if (/project|permissions/i.test(door)) {
    await owner.project.updateMany({ where: { id: { in: [own.id, other.id] } }, data: { deletedAt: null, ownPermissions: false } });
    await owner.projectPermission.deleteMany({});
  }
  if (/destroy|stop|deleteProject/.test(door))
    await owner.environment.updateMany({ where: { projectId: { not: deleted.id } }, data: { desired: "running" } });
  if (/deleteVariable/.test(door)) await owner.variable.createMany({ data: before.variables, skipDuplicates: true });
  if (/session|password|signOut|viewAs/i.test(door))
    for (const { id, viewAsPersonId, viewAsRole } of before.sessions)
      await owner.session.update({ where: { id }, data: { endedAt: null, viewAsPersonId, viewAsRole } });
  if (/token/i.test(door)) await owner.apiToken.updateMany({ where: { id: { in: before.tokens } }, data: { revokedAt: null } });
  if (/cluster/i.test(door)) {
    const { id, url } = world.cluster;
    await owner.cluster.upsert({ where: { id }, create: { id, slug: "quay", name: "Quay", urls: [url] }, update: { urls: [url] } });
  }
  if (/group/i.test(door)) {
    await owner.personGroup.upsert({ where: { id: world.group.id }, create: { id: world.group.id, name: "Sailors" }, update: {} });
    await owner.groupMember.createMany({ data: [{ groupId: world.group.id, personId: world.somebody.id }], skipDuplicates: true });
  }
  if (/hook|inbound|forge/i.test(door)) {
    await owner.sealedSecret.createMany({ data: before.sealed, skipDuplicates: true });
    await owner.projectHook.createMany({ data: before.hooks, skipDuplicates: true });
    await owner.outgoingMessage.createMany({ data: before.sent.map((row) => ({ ...row, body: {} })), skipDuplicates: true });
    await owner.outgoingMessage.updateMany({ data: { state: "sent" } });
    await owner.inboundHook.createMany({ data: before.inbound, skipDuplicates: true });
    await owner.forgeConnection.createMany({ data: before.forges, skipDuplicates: true });
  }
  if (/addStage/.test(door)) {
    await owner.stage.deleteMany({ where: { name: "knock" } });
    await owner.stage.updateMany({ where: { kind: "production", removedAt: null }, data: { position: 4 } });
  }
  if (/addFreeze/.test(door)) await owner.freezeWindow.deleteMany({ where: { kind: "recurring" } });
  if (/deleteJob/.test(door)) await owner.job.updateMany({ data: { deletedAt: null } });
  if (/createJob/.test(door)) await owner.job.deleteMany({ where: { name: { not: "import" } } });
  if (/updateJob/.test(door)) await owner.job.updateMany({ where: { name: "renamed" }, data: { name: "import" } });
  if (/removeFreeze/.test(door)) await owner.freezeWindow.createMany({ data: before.freezes, skipDuplicates: true });
  if (/revokeShareLink/.test(door)) await owner.shareLink.updateMany({ data: { revokedAt: null } });
  if (/signIn|changePassword/.test(door)) await owner.signInAttempt.deleteMany({});
  if (/unlinkIdentity/.test(door)) {
    const { id: personId } = world.somebody;
    await owner.identity.createMany({ data: [{ ...identityOfSomebody, personId }], skipDuplicates: true });
  }
}

export type Snapshot = Awaited<ReturnType<typeof remember>>;

/** What `heal` brings back. */
export async function remember(owner: Database) {
  const [hooks, sent, inbound, forges, sealed] = await Promise.all([
    owner.projectHook.findMany(),
    owner.outgoingMessage.findMany(),
    owner.inboundHook.findMany(),
    owner.forgeConnection.findMany(),
    owner.sealedSecret.findMany(),
  ]);
  const [variables, freezes, sessions, tokens] = await Promise.all([
    owner.variable.findMany(),
    owner.freezeWindow.findMany(),
    owner.session.findMany({ select: { id: true, viewAsPersonId: true, viewAsRole: true } }),
    owner.apiToken.findMany({ select: { id: true } }),
  ]);
  return { hooks, sent, inbound, forges, sealed, variables, freezes, sessions, tokens: tokens.map(({ id }) => id) };
}

/** How many rows there are of everything that a refusal must leave as it is, and the newest change of a name or wish. */
export async function census(owner: Database): Promise<Record<string, unknown>> {
  const [row] = await owner.$queryRaw<Array<Record<string, unknown>>>`
    SELECT (SELECT count(*) FROM project)::int AS projects, (SELECT count(*) FROM environment)::int AS environments,
      (SELECT count(*) FROM deployment)::int AS deployments, (SELECT count(*) FROM variable)::int AS variables,
      (SELECT count(*) FROM person)::int AS people, (SELECT count(*) FROM person_group)::int AS groups,
      (SELECT count(*) FROM membership)::int AS memberships, (SELECT count(*) FROM permission)::int AS permissions,
      (SELECT count(*) FROM invitation)::int AS invitations, (SELECT count(*) FROM event)::int AS events,
      (SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier <> 'follow-log')::int AS jobs,
      (SELECT md5(string_agg(p::text, ',' ORDER BY id)) FROM project p) AS project_rows,
      (SELECT md5(string_agg(d::text, ',' ORDER BY id)) FROM deployment d) AS deployment_rows,
      (SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM stage s) AS stage_rows,
      (SELECT md5(string_agg(e.desired::text, ',' ORDER BY id)) FROM environment e) AS wishes`;
  return row ?? {};
}
