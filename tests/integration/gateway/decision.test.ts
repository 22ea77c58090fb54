import { randomUUID } from "node:crypto";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { actorOfSession, actorOfToken } from "#lib/domain/access/authenticate.ts";
import { type Actor, environmentVerbs, may } from "#lib/domain/access/policy.ts";
import { type AccessDatabase, openAccessDatabase } from "#lib/gateway/access-database.ts";
import { hashToken, newApiToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import { type Database, openDatabase } from "#lib/platform/database/client.ts";
import { createLog } from "#lib/platform/log.ts";
import { createTestDatabase } from "#tests/support/database.ts";

import { addEnvironment, addPerson, addProject, addStage } from "./places.ts";

/** A small deterministic random source, so that a run that fails can be run again. */
function randomOf(seed: number) {
  let state = seed;
  const next = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
  const chance = (share: number) => next() < share;
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(next() * values.length)] ?? values[0];
  const some = <T>(values: readonly T[], share: number) => values.filter(() => chance(share));
  return { chance, pick, some };
}

type Random = ReturnType<typeof randomOf>;

const kinds = ["review", "demo", "staging", "uat", "production"] as const;
const roles = ["developer", "tester", "ops"] as const;
const source = { ip: null, requestId: null };

interface Place {
  readonly id: string;
  readonly projectId: string;
  readonly stageKind: (typeof kinds)[number];
}

let sql: Client;
let web: { database: Database; close(): Promise<void> };
let gateway: AccessDatabase;
let drop: () => Promise<void>;

beforeAll(async () => {
  const test = await createTestDatabase();
  sql = new Client({ connectionString: test.url });
  await sql.connect();
  web = openDatabase(test.roles.web, { connections: 4, onError: () => undefined });
  gateway = openAccessDatabase(test.roles.gateway, createLog("test", "fatal"));
  drop = () => test.drop();
});
afterAll(async () => {
  await gateway.close();
  await web.close();
  await sql.end();
  await drop();
});

/** Projects with an environment in each kind of stage; some have a matrix of their own, and the platform's is a random one. */
async function makePlaces(random: Random): Promise<Place[]> {
  await sql.query("DELETE FROM permission");
  for (const role of roles)
    for (const kind of kinds)
      for (const verb of random.some(environmentVerbs, 0.5))
        await sql.query(`INSERT INTO permission VALUES ($1::text::"Role", $2::text::"StageKind", $3)`, [role, kind, verb]);
  const places: Place[] = [];
  for (let count = 0; count < 4; count++) {
    const projectId = await addProject(sql);
    for (const stageKind of kinds) {
      const id = await addEnvironment(sql, await addStage(sql, projectId, stageKind, false));
      places.push({ id, projectId, stageKind });
    }
    await sql.query("UPDATE project SET own_permissions = $2 WHERE id = $1", [projectId, random.chance(0.5)]);
    for (const role of roles)
      for (const kind of random.some(kinds, 0.5))
        await sql.query(`INSERT INTO project_permission VALUES ($1, $2::text::"Role", $3::text::"StageKind", $4)`, [
          projectId,
          role,
          kind,
          random.pick(environmentVerbs),
        ]);
  }
  return places;
}

async function makePeople(random: Random, projects: readonly string[]): Promise<string[]> {
  const groups: string[] = [];
  for (let count = 0; count < 4; count++) {
    const id = randomUUID();
    await sql.query("INSERT INTO person_group (id, name) VALUES ($1, $2)", [id, id]);
    for (const project of random.some(projects, 0.4))
      await sql.query(`INSERT INTO group_membership VALUES ($1, $2, $3::text::"Role")`, [project, id, random.pick(roles)]);
    groups.push(id);
  }
  const people: string[] = [];
  for (let count = 0; count < 20; count++) {
    const id = await addPerson(sql, random.chance(0.15));
    for (const project of random.some(projects, 0.5))
      for (const role of random.some(roles, 0.5))
        await sql.query(`INSERT INTO membership VALUES ($1, $2, $3::text::"Role")`, [project, id, role]);
    for (const group of random.some(groups, 0.3))
      await sql.query("INSERT INTO group_member (group_id, person_id) VALUES ($1, $2)", [group, id]);
    if (random.chance(0.15)) await sql.query("UPDATE person SET disabled_at = now() WHERE id = $1", [id]);
    people.push(id);
  }
  return people;
}

const hours = (count: number) => new Date(Date.now() + count * 3_600_000);

async function makeToken(random: Random, personId: string, projects: readonly string[]): Promise<string> {
  const token = newApiToken();
  await sql.query(
    `INSERT INTO api_token (id, person_id, name, hash, hint, all_projects, project_ids, all_verbs, verbs, expires_at, revoked_at)
     VALUES (gen_random_uuid(), $1, 'random', $2, 'hint', $3, $4::uuid[], $5, $6, $7, $8)`,
    [
      personId,
      hashToken(token),
      random.chance(0.5),
      random.some(projects, 0.5),
      random.chance(0.5),
      random.some(environmentVerbs, 0.5),
      random.pick([null, hours(1), hours(-1)]),
      random.pick([null, null, null, hours(-1)]),
    ],
  );
  return token;
}

/** A session in any state, and a pass of it for every place. */
async function makeSession(random: Random, personId: string, people: readonly string[], places: readonly Place[]) {
  const [id, cookie] = [randomUUID(), newRandomId()];
  const viewing = random.pick(["nobody", "nobody", "person", "role"] as const);
  await sql.query(
    `INSERT INTO session (id, id_hash, person_id, expires_at, ended_at, last_seen_at, view_as_person_id, view_as_role)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::"Role")`,
    [
      id,
      hashToken(cookie),
      personId,
      random.pick([hours(24), hours(24), hours(24), hours(-1)]),
      random.pick([null, null, null, null, hours(-1)]),
      random.pick([hours(0), hours(-7), hours(-9)]),
      viewing === "person" ? random.pick([people[0] ?? personId, ...people]) : null,
      viewing === "role" ? random.pick(roles) : null,
    ],
  );
  const passes = new Map(places.map((place) => [place.id, newRandomId()]));
  for (const [environment, pass] of passes)
    await sql.query("INSERT INTO gateway_pass (hash, environment_id, session_id, expires_at) VALUES ($1, $2, $3, $4)", [
      hashToken(pass),
      environment,
      id,
      hours(12),
    ]);
  return { cookie, passes };
}

test.each([1, 2, 3, 4, 5])(
  "the database decides about every pass and token as the policy does about its session and token (random world %i)",
  async (seed) => {
    const random = randomOf(seed);
    const places = await makePlaces(random);
    const projects = [...new Set(places.map(({ projectId }) => projectId))];
    const people = await makePeople(random, projects);
    const wrong: unknown[] = [];
    const counted = { yes: 0, no: 0 };
    const compare = async (kind: "pass" | "token", raw: (place: Place) => string, actor: Actor | null) => {
      for (const place of places) {
        const policy = actor !== null && may(actor, "view", { type: "environment", ...place });
        const database = (await gateway.mayView({ kind, raw: raw(place), ambient: false }, place.id)) !== null;
        counted[policy ? "yes" : "no"] += 1;
        if (policy !== database) wrong.push({ kind, place, policy, database, actor });
      }
    };
    for (const person of people) {
      const session = await makeSession(random, person, people, places);
      // The actor first: being seen moves the session's clock, as on the dashboard, and only for those that live.
      const bySession = await actorOfSession(web.database, session.cookie, source);
      await compare("pass", (place) => session.passes.get(place.id) ?? "", bySession);
      const token = await makeToken(random, person, projects);
      await compare("token", () => token, await actorOfToken(web.database, token, source));
    }
    expect(wrong).toEqual([]);
    expect(counted.yes).toBeGreaterThan(40);
    expect(counted.no).toBeGreaterThan(200);
  },
);

test("nobody may see an environment of a project that was deleted, and a pass of one environment is none of another", async () => {
  const random = randomOf(99);
  const [place, other] = await makePlaces(random);
  if (place === undefined || other === undefined) throw new Error("no places");
  const admin = await addPerson(sql, true);
  const id = randomUUID();
  await sql.query("INSERT INTO session (id, id_hash, person_id, expires_at) VALUES ($1, $2, $3, now() + interval '1 day')", [
    id,
    hashToken(id),
    admin,
  ]);
  const pass = newRandomId();
  await sql.query(
    "INSERT INTO gateway_pass (hash, environment_id, session_id, expires_at) VALUES ($1, $2, $3, now() + interval '1 hour')",
    [hashToken(pass), place.id, id],
  );
  const credential = { kind: "pass", raw: pass, ambient: true } as const;
  expect(await gateway.mayView(credential, place.id)).toBeGreaterThan(3_500);
  expect(await gateway.mayView(credential, other.id)).toBeNull();
  await sql.query("UPDATE project SET deleted_at = now() WHERE id = $1", [place.projectId]);
  expect(await gateway.mayView(credential, place.id)).toBeNull();
});
