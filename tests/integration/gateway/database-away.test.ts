import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type EmbeddedPostgres, startEmbeddedPostgres } from "#lib/adapters/postgres-embedded/server.ts";
import { migrate } from "#lib/platform/database/migrate.ts";

import { addEnvironment, addPerson, addStage, addToken } from "./places.ts";
import { type App, type Stage, ask, createStage, eventually, known, startTestGateway } from "./stage.ts";

const host = "memory--shop.preview.localhost";
let folder: string;
let postgres: EmbeddedPostgres;
let stage: Stage;
/** What has been started, in order: nothing outlives the run, whatever fails. */
const endings: (() => Promise<void>)[] = [];
let app: App;
let open: string;
/** Stage and token of environments that are not for everybody. */
let closed: string;
let token: string;

async function start(port: number): Promise<EmbeddedPostgres> {
  return await startEmbeddedPostgres({ folder, logFile: join(folder, "log"), preferredPort: port, password: "test", unsafeButFast: true });
}

async function connected(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: postgres.adminUrl });
  await client.connect();
  await work(client);
  await client.end();
}

function write(sql: string): Promise<void> {
  return connected((client) => client.query(sql));
}

/** A route of an environment everybody may see, unless another stage is given. */
async function setRoute(name: string, id: string, port: number, stageId = open): Promise<void> {
  const targets = JSON.stringify([{ taskId: `task-${port}`, host: "127.0.0.1", port }]);
  await connected((client) => addEnvironment(client, stageId, id));
  await write(
    `INSERT INTO route (environment_id, host, project_name, environment_name, state, targets) VALUES ('${id}', '${name}', 'p', 'e', 'live', '${targets}')
     ON CONFLICT (environment_id) DO UPDATE SET targets = '${targets}'`,
  );
}

const id = "0b0e7f5c-3d0c-4e0e-9a55-0123456789ab";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-gateway-postgres-"));
  endings.push(() => rm(folder, { recursive: true, force: true }));
  postgres = await start(45_500);
  endings.push(() => postgres.stop(5_000));
  await migrate(postgres.adminUrl);
  stage = await createStage(
    { reloadMs: 500 },
    { url: postgres.adminUrl, roles: { gateway: postgres.adminUrl }, drop: async () => undefined },
  );
  endings.push(() => stage.end());
  app = await stage.app((_request, response) => response.end("from memory"));
  open = await addStage(stage.sql, stage.projectId, "review", true);
  closed = await addStage(stage.sql, stage.projectId, "demo", false);
  token = await addToken(stage.sql, await addPerson(stage.sql, true));
  await setRoute(host, id, app.port);
  await known(stage, host);
});
afterAll(async () => {
  for (const end of endings.reverse()) await end().catch((error: unknown) => console.error(error));
});

test("F12 while Postgres is stopped every environment answers from memory, and what changed meanwhile is known after its return", async () => {
  const next = await stage.app((_request, response) => response.end("after the return"));
  const guarded = "guarded--shop.preview.localhost";
  const headers = { Authorization: `Bearer ${token}` };
  await setRoute(guarded, "0b0e7f5c-3d0c-4e0e-9a55-0123456789aa", app.port, closed);
  await eventually(async () => expect((await ask(stage.gateway.port, guarded, { headers })).status).toBe(200));
  await postgres.stop(5_000);
  for (let at = 0; at < 50; at++) expect((await ask(stage.gateway.port, guarded, { headers })).text).toBe("from memory");
  const stranger = { headers: { Authorization: `Bearer ${token}x` } };
  const unknown = await ask(stage.gateway.port, guarded, stranger);
  expect([unknown.status, unknown.headers["retry-after"]]).toEqual([503, "2"]);
  expect((await ask(stage.gateway.port, "none--shop.preview.localhost", stranger)).status).toBe(503);
  expect((await ask(stage.gateway.port, guarded)).status).toBe(404);
  for (let at = 0; at < 200; at++) expect((await ask(stage.gateway.port, host)).text).toBe("from memory");
  expect((await ask(stage.gateway.port, "none--shop.preview.localhost")).status).toBe(404);
  postgres = await start(postgres.port);
  await setRoute(host, id, next.port);
  await eventually(async () => expect((await ask(stage.gateway.port, host)).text).toBe("after the return"), 15_000);
});

test("a change whose notification is lost is found by the next full read", async () => {
  await write("ALTER TABLE route DISABLE TRIGGER route_notify");
  await setRoute(host, id, app.port);
  await eventually(async () => expect((await ask(stage.gateway.port, host)).text).toBe("from memory"), 3_000);
  await write(`DELETE FROM route WHERE environment_id = '${id}'`);
  await eventually(async () => expect((await ask(stage.gateway.port, host)).status).toBe(404), 3_000);
  await write("ALTER TABLE route ENABLE TRIGGER route_notify");
});

test("a session that is cut is made anew", async () => {
  await write(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'berth gateway'",
  );
  await setRoute("anew--shop.preview.localhost", "0b0e7f5c-3d0c-4e0e-9a55-0123456789ac", app.port);
  await eventually(async () => expect((await ask(stage.gateway.port, "anew--shop.preview.localhost")).status).toBe(200));
});

test("a row that makes no sense is left out and the others live", async () => {
  const odd = "0b0e7f5c-3d0c-4e0e-9a55-0123456789af";
  await connected((client) => addEnvironment(client, open, odd));
  await write(
    `INSERT INTO route (environment_id, host, project_name, environment_name, state, targets) VALUES ('${odd}', 'odd--shop.preview.localhost', 'p', 'e', 'live', '[{"port": "x"}]')`,
  );
  await setRoute("even--shop.preview.localhost", "0b0e7f5c-3d0c-4e0e-9a55-0123456789ad", app.port);
  await eventually(async () => expect((await ask(stage.gateway.port, "even--shop.preview.localhost")).status).toBe(200));
  expect((await ask(stage.gateway.port, "odd--shop.preview.localhost")).status).toBe(404);
});

test("nonsense on the channel is only a hint to read everything", async () => {
  await write("SELECT pg_notify('berth_routes', 'nonsense''; DROP TABLE route; --')");
  await setRoute("still--shop.preview.localhost", "0b0e7f5c-3d0c-4e0e-9a55-0123456789ae", app.port);
  await eventually(async () => expect((await ask(stage.gateway.port, "still--shop.preview.localhost")).status).toBe(200));
});

test("a gateway that starts without Postgres says so until it has read the routes", async () => {
  const lonely = await startTestGateway("postgresql://nobody:x@127.0.0.1:1/none");
  const answer = await ask(lonely.port, host);
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "2"]);
  await lonely.stop();
});
