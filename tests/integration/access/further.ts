import { actorOfSession } from "#lib/domain/access/authenticate.ts";
import { changePassword } from "#lib/domain/access/commands/change-password.ts";
import { endSession, signOut } from "#lib/domain/access/commands/sessions.ts";
import { endViewAs } from "#lib/domain/access/commands/view-as.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import { listTokens } from "#lib/domain/access/queries.ts";
import { whyNotAnyMore } from "#lib/domain/deployments/still-allowed.ts";
import { stop } from "#lib/domain/environments/commands/stop.ts";
import { getEnvironmentById } from "#lib/domain/environments/queries.ts";
import { previewScale } from "#lib/domain/environments/scaling.ts";
import { chooseNotifications, muteProject } from "#lib/domain/notifications/commands/choose.ts";
import { hashPassword } from "#lib/platform/crypto/passwords.ts";
import { hashToken, newApiToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import { type Database, Prisma } from "#lib/platform/database/client.ts";
import { services } from "#lib/server/services.ts";
import { projectChanges } from "#lib/server/streams/changes.ts";

import type { Matrix } from "./expected.ts";
import { actorOf, codeOf, named } from "./eyes.ts";
import { askApi, origin } from "./knock.ts";
import { looksAlone } from "./looks-alone.ts";
import type { View } from "./views.ts";
import { invitationCode, kinds, type World } from "./world.ts";

/** Checks that no door's cell can tell from its neighbours, each asked for what it alone keeps away. */
export function furtherViews(world: World, matrix: Matrix, owner: Database): View[] {
  return [
    ...limitedAccounts(world, owner),
    ...begunWork(world, matrix),
    ...looksAlone(world, matrix, owner),
    { name: "a foreign row that is locked keeps nobody waiting", ask: () => lockedElsewhere(world, owner) },
    { name: "a token's projects that one may not view have no name", ask: () => forgottenProjects(world) },
    { name: "a token for a project one may not view cannot be made", ask: () => foreignToken(world) },
    { name: "an invitation is not taken with a token for something else", ask: () => limitedInvitation(world) },
    { name: "the audit log holds one's own acts only for one's own account", ask: () => ownActs(world) },
    { name: "the audit log holds nothing beyond a token's projects", ask: () => farFromHere(world, owner) },
    { name: "who may not share does not read of share links", ask: () => sharedLinks(world, owner) },
    { name: "trying again is offered to who may deploy", ask: () => triedAgain(world, owner) },
    ...scalings(world, matrix),
    { name: "a project that is not one's own answers like none to whatever is asked of it", ask: () => sameWords(world) },
    { name: "a hidden stage answers like none", ask: () => hiddenStage(world) },
    { name: "a stream tells of what may be viewed, as developer", ask: () => streamed(world, owner, "developer", ["project.changed"]) },
    {
      name: "a stream tells of what may be viewed, as ops",
      ask: () => streamed(world, owner, "ops", ["resync", "deployment.step", "project.changed"]),
    },
    { name: "a stream ends with the right to the project", ask: () => streamEnds(world, owner) },
  ];
}

const password = "quay harbour lantern";
const within = (code: string, allowed: readonly string[]) => (allowed.includes(code) ? null : code);

/** No door leads here with such a token today; a command is to keep it out all the same. */
function limitedAccounts(world: World, owner: Database): View[] {
  const commands = [
    { command: changePassword, input: () => ({ current: password, password: "quay harbour lamp" }) },
    { command: endSession, input: ({ sessionId }: Actor) => ({ id: sessionId }) },
    { command: signOut, input: () => ({}) },
    { command: endViewAs, input: () => ({}) },
    { command: chooseNotifications, input: () => ({ choices: [{ kind: "deployment.live", channel: "app", wanted: true }] }) },
    { command: muteProject, input: () => ({ project: world.projects.own.slug, muted: false }) },
  ];
  return commands.map(({ command, input }) => ({
    name: `${command.name} with a token for something else`,
    async ask() {
      const who = named(world, "ops");
      await owner.person.updateMany({ where: { id: who.personId ?? "" }, data: { passwordHash: await hashPassword(password) } });
      const actor = { ...(await actorOf(who)), limits: { projects: null, verbs: new Set<string>() } };
      const code = await command.run(services(), actor, input(actor)).then(() => "done", codeOf);
      return within(code, ["forbidden", "not_found"]);
    },
  }));
}

/** The worker asks again when it begins what a person has asked for. */
function begunWork(world: World, matrix: Matrix): View[] {
  return world.people
    .filter(({ personId, viewing }) => personId !== null && !viewing)
    .map((who) => ({
      name: `work that ${who.name} asked for`,
      async ask() {
        for (const [trigger, verb] of [
          ["preview", "deploy"],
          ["configuration", "configure"],
        ] as const)
          for (const kind of kinds) {
            const asked = {
              id: "x",
              projectId: world.projects.own.id,
              environmentId: "x",
              number: 1,
              trigger,
              requestedById: who.personId,
              requestedByName: who.name,
            };
            const begins = (await whyNotAnyMore(services().database, asked, kind)) === null;
            const may = who.isAdmin || (who.lives && matrix(who.roles, kind).has(verb));
            if (begins !== may) return `${trigger} in ${kind}: ${begins}`;
          }
        return null;
      },
    }));
}

const patienceMs = 2_000;

async function lockedElsewhere(world: World, owner: Database): Promise<string | null> {
  const actor = await actorOf(named(world, "developer"));
  const id = world.projects.other.spots.review.environmentId;
  return owner.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM environment WHERE id = ${id}::uuid FOR UPDATE`;
    const answer = stop.run(services(), actor, { environment: id }).then(() => "done", codeOf);
    return within(await Promise.race([answer, after(patienceMs, "waited")]), ["not_found"]);
  });
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

async function forgottenProjects(world: World): Promise<string | null> {
  const tokens = await listTokens(services(), await actorOf(named(world, "removed member")));
  const seen = JSON.stringify(tokens.map(({ projects }) => projects?.map(({ slug }) => slug) ?? null));
  return seen.includes("shop") ? seen : null;
}

async function foreignToken(world: World): Promise<string | null> {
  const { code } = await askApi(named(world, "developer"), "POST", "/tokens", { name: "Far", projects: ["bakery"] });
  return within(code, ["not_found"]);
}

async function limitedInvitation(world: World): Promise<string | null> {
  const body = { code: invitationCode, name: "Me", password: "quay harbour lantern" };
  return within((await askApi(named(world, "token limited by verb"), "POST", "/invitations/accept", body)).code, ["forbidden"]);
}

async function ownActs(world: World): Promise<string | null> {
  const { body } = await askApi(named(world, "token limited by verb"), "GET", "/audit?action=token.create");
  return body.includes("his own act") ? body.slice(0, 200) : null;
}

/** A token reaches no further than it says, in the log as elsewhere. */
async function farFromHere(world: World, owner: Database): Promise<string | null> {
  const { own, other } = world.projects;
  const ops = named(world, "ops");
  const token = newApiToken();
  await owner.apiToken.create({
    data: { personId: ops.personId ?? "", name: "far", hash: hashToken(token), hint: "none", allProjects: false, projectIds: [other.id] },
  });
  await owner.auditEntry.create({
    data: {
      actorKind: "person",
      actorName: "Ada",
      action: "project.update",
      objectType: "project",
      objectName: "shop",
      projectId: own.id,
      outcome: "allowed",
    },
  });
  const { body } = await askApi({ ...ops, token }, "GET", "/audit?action=project.update");
  return body.includes('"shop"') ? body.slice(0, 300) : null;
}

/** Its note says to whom something is shown: that is for those who may share. */
async function sharedLinks(world: World, owner: Database): Promise<string | null> {
  const { own } = world.projects;
  await owner.auditEntry.create({
    data: {
      actorKind: "person",
      actorName: "Ada",
      action: "share_link.create",
      objectType: "share_link",
      objectName: "for the merger team",
      projectId: own.id,
      environmentId: own.spots.review.environmentId,
      stageKind: "review",
      outcome: "allowed",
    },
  });
  const reads = async (name: string) =>
    (await askApi(named(world, name), "GET", "/audit?action=share_link.create")).body.includes("merger team");
  const seen = { developer: await reads("developer"), tester: await reads("tester") };
  return seen.developer && !seen.tester ? null : JSON.stringify(seen);
}

/** A crash loop is shown to everybody who views, its way out to those who may use it. */
async function triedAgain(world: World, owner: Database): Promise<string | null> {
  const { environmentId } = world.projects.own.spots.review;
  const at = new Date().toISOString();
  const incident = { taskId: "t", reason: "exit 1", firstAt: at, lastAt: at, count: 3, told: "loop", open: true, nextTryAt: at, tail: "" };
  await owner.environment.update({ where: { id: environmentId }, data: { incident } });
  const offered = async (name: string) =>
    (await getEnvironmentById(services(), await actorOf(named(world, name)), environmentId)).incident?.mayTryNow;
  const seen = { developer: await offered("developer"), tester: await offered("tester") };
  await owner.environment.update({ where: { id: environmentId }, data: { incident: Prisma.DbNull } });
  return seen.developer === true && seen.tester === false ? null : JSON.stringify(seen);
}

/** What a scaling would do is told to who may scale. */
function scalings(world: World, matrix: Matrix): View[] {
  return world.people
    .filter((who) => who.session !== null && who.lives && !who.viewing)
    .map((who) => ({
      name: `the effect of a scaling, as ${who.name}`,
      async ask() {
        const actor = await actorOf(who);
        for (const kind of kinds) {
          const verbs = matrix(who.roles, kind);
          const { environmentId } = world.projects.own.spots[kind];
          const code = await previewScale(services(), actor, environmentId, { to: 2 }).then(() => "shown", codeOf);
          const refusal = verbs.has("view") ? "forbidden" : "not_found";
          const isRight = who.isAdmin || verbs.has("scale") ? !["forbidden", "not_found"].includes(code) : code === refusal;
          if (!isRight) return `${kind}: ${code}`;
        }
        return null;
      },
    }));
}

const stripped = (words: string) => words.replaceAll(/bakery|no-such-thing|production|nowhere/g, "…");

async function sameWords(world: World): Promise<string | null> {
  const who = named(world, "developer");
  for (const body of [{ ref: "nothing" }, { ref: "issue-1" }, { ref: "issue-1", stage: "review" }]) {
    const foreign = await askApi(who, "POST", "/projects/bakery/environments", body);
    const unknown = await askApi(who, "POST", "/projects/no-such-thing/environments", body);
    if (foreign.code !== "not_found" || stripped(foreign.words) !== stripped(unknown.words)) return `${foreign.words} / ${unknown.words}`;
  }
  return null;
}

async function hiddenStage(world: World): Promise<string | null> {
  const who = named(world, "developer");
  const hidden = await askApi(who, "POST", "/projects/shop/environments", { ref: "issue-1", stage: "production" });
  const unknown = await askApi(who, "POST", "/projects/shop/environments", { ref: "issue-1", stage: "nowhere" });
  return stripped(hidden.words) === stripped(unknown.words) ? null : `${hidden.words} / ${unknown.words}`;
}

/** Reads a stream of changes until `last` is told, or it ends, or patience does. */
async function readChanges(response: Response, last: string, onTold: () => void = () => undefined): Promise<string[]> {
  const told: string[] = [];
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const over = after(patienceMs * 3, null);
  while (reader !== undefined) {
    const piece = await Promise.race([reader.read(), over]);
    if (piece === null || piece.done) break;
    for (const [, kind] of piece.value.matchAll(/"kind":"([^"]+)"/g)) told.push(kind ?? "");
    if (told.length > 0) onTold();
    if (told.includes(last)) break;
  }
  await reader?.cancel();
  return told;
}

let hearing: Promise<void> | undefined;

/** The first listener of a process hears "resync" as soon as it is connected; what is told after that is news. */
function untilHearing(): Promise<void> {
  return (hearing ??= new Promise((resolve) => {
    const forget = services().hub.onChange(() => {
      forget();
      resolve();
    });
  }));
}

/** Until this process has heard of a change in the environment. */
function untilAnnounced(environmentId: string): Promise<void> {
  return new Promise((resolve) => {
    const forget = services().hub.onChange((change) => {
      if (!("environment" in change) || change.environment !== environmentId) return;
      forget();
      resolve();
    });
  });
}

async function streamed(world: World, owner: Database, name: string, right: readonly string[]): Promise<string | null> {
  await untilHearing();
  const who = named(world, name);
  const { id: projectId, spots } = world.projects.own;
  const environmentId = spots.production.environmentId;
  const { id: first } = await owner.event.create({ data: { kind: "project.changed", projectId } });
  // Announced while nobody reads yet: what is told of it must come from the table.
  const announced = untilAnnounced(environmentId);
  await owner.event.create({ data: { kind: "deployment.step", projectId, environmentId } });
  await Promise.race([announced, after(patienceMs, null)]);
  const request = new Request(`${origin}/stream/projects/${projectId}?after=${first}`);
  const response = await projectChanges(services(), await actorOf(who), projectId, request, () => actorOf(who));
  let told: Promise<string[]> = Promise.resolve([]);
  const missed = new Promise<void>((resolve) => {
    told = readChanges(response, "project.changed", resolve);
  });
  // What is told first is that something was missed, by a look at the table; only then does something new happen.
  await Promise.race([missed, after(right.includes("resync") ? patienceMs : 400, null)]);
  await owner.event.create({ data: { kind: "deployment.step", projectId, environmentId } });
  await owner.event.create({ data: { kind: "project.changed", projectId } });
  const heard = [...new Set((await told).filter((kind, index) => !(kind === "resync" && index > 0)))];
  return JSON.stringify(heard) === JSON.stringify(right) ? null : JSON.stringify(heard);
}

async function streamEnds(world: World, owner: Database): Promise<string | null> {
  const { id: projectId } = world.projects.own;
  const person = await owner.person.create({ data: { name: "Guest", email: `${newRandomId()}@example.org` } });
  const session = newRandomId();
  await owner.session.create({ data: { personId: person.id, idHash: hashToken(session), expiresAt: new Date(Date.now() + 60_000) } });
  await owner.membership.create({ data: { projectId, personId: person.id, role: "ops" } });
  const look = () => actorOfSession(services().database, session, { ip: null, requestId: null });
  const actor = await look();
  if (actor === null) return "not signed in";
  const response = await projectChanges(services(), actor, projectId, new Request(`${origin}/stream`), look);
  const ended = readChanges(response, "never").then(() => "ended");
  await after(200, null);
  await owner.membership.deleteMany({ where: { personId: person.id } });
  const how = await Promise.race([ended, after(patienceMs, "still open")]);
  await owner.person.delete({ where: { id: person.id } });
  return within(how, ["ended"]);
}
