import { type IncomingMessage, request as httpRequest } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { newRandomId } from "#lib/platform/crypto/tokens.ts";

import { type AccessStage, cookie, host, openAccess, passCookie, sibling } from "./access-stage.ts";
import { addPerson, addRole, addSession, addStage, addToken } from "./places.ts";
import { type App, createStage, eventually } from "./stage.ts";

let stage: AccessStage;
let app: App;

beforeAll(async () => {
  const plain = await createStage();
  app = await plain.app((request, response) => {
    if (request.url === "/") return void response.end("ok");
    response.writeHead(200, { "Content-Type": request.url === "/events" ? "text/event-stream" : "application/octet-stream" });
    const timer = setInterval(() => response.write(request.url === "/events" ? "data: tick\n\n" : Buffer.alloc(20_000)), 20);
    response.on("close", () => clearInterval(timer));
  });
  const sockets = new WebSocketServer({ noServer: true });
  app.server.on("upgrade", (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (client) => client.on("message", (data, binary) => client.send(data, { binary }))),
  );
  stage = await openAccess(plain, app);
});
afterAll(() => stage.end());

interface Open {
  readonly closed: () => boolean;
  readonly alive: () => boolean;
  end(): void;
}

function openStream(path: string, headers: Record<string, string>, name = host): Promise<Open> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port: stage.gateway.port, path, agent: false, headers: { Host: name, ...headers } });
    request.on("error", reject);
    request.on("response", (response: IncomingMessage) => {
      if (response.statusCode !== 200) return reject(new Error(String(response.statusCode)));
      let [over, bytes] = [false, 0];
      response.on("data", (piece: Buffer) => (bytes += piece.length));
      response.on("error", () => undefined);
      response.on("close", () => (over = true));
      resolve({ closed: () => over, alive: () => bytes > 0, end: () => request.destroy() });
    });
    request.end();
  });
}

function openSocket(headers: Record<string, string>): Promise<Open> {
  const socket = new WebSocket(`ws://127.0.0.1:${stage.gateway.port}/`, { headers: { Host: host, ...headers } });
  return new Promise((resolve, reject) => {
    let [over, heard] = [false, false];
    socket.on("message", () => (heard = true));
    socket.once("error", reject);
    socket.once("close", () => (over = true));
    socket.once("open", () => {
      socket.send("hello");
      resolve({ closed: () => over, alive: () => heard, end: () => socket.terminate() });
    });
  });
}

const ways = {
  "a WebSocket": (headers: Record<string, string>) => openSocket({ Origin: `http://${host}`, ...headers }),
  "an event stream": (headers: Record<string, string>) => openStream("/events", headers),
  "a download without end": (headers: Record<string, string>) => openStream("/endless", headers),
} as const;

/** Somebody with a session's pass, a token, and a share link of his. */
async function somebody() {
  const person = await addPerson(stage.sql);
  await addRole(stage.sql, stage.projectId, person, "tester");
  const session = await addSession(stage.sql, person);
  const token = await addToken(stage.sql, person);
  const { pass: shared } = await stage.sharedPass(person);
  return {
    person,
    session,
    byPass: cookie(passCookie, await stage.pass(session)),
    byToken: { "X-Berth-Token": token },
    byLink: cookie(passCookie, shared),
  };
}

describe.each(Object.keys(ways))("%s that is open", (name) => {
  const open = ways[name === "a WebSocket" || name === "an event stream" ? name : "a download without end"];

  test.each([
    ["the role is taken away", "DELETE FROM membership WHERE person_id = $1", ["byPass", "byToken", "byLink"]],
    ["the person is disabled", "UPDATE person SET disabled_at = now() WHERE id = $1", ["byPass", "byToken", "byLink"]],
    ["the session is ended", "UPDATE session SET ended_at = now() WHERE person_id = $1", ["byPass"]],
    ["the token is revoked", "UPDATE api_token SET revoked_at = now() WHERE person_id = $1", ["byToken"]],
    ["the share link is revoked", "UPDATE share_link SET revoked_at = now() WHERE created_by_id = $1", ["byLink"]],
  ] as const)("is cut within a second when %s, and nobody else's is", async (_what, sql, hit) => {
    const one = await somebody();
    const streams = { byPass: await open(one.byPass), byToken: await open(one.byToken), byLink: await open(one.byLink) };
    const other = await open({ "X-Berth-Token": stage.token });
    await eventually(() => expect([...Object.values(streams), other].every((stream) => stream.alive())).toBe(true));
    const began = performance.now();
    await stage.sql.query(sql, [one.person]);
    await eventually(() => expect(hit.every((way) => streams[way].closed())).toBe(true), 1_000);
    expect(performance.now() - began).toBeLessThan(1_000);
    const spared = [
      ...Object.entries(streams)
        .filter(([way]) => !hit.some((known) => known === way))
        .map(([, stream]) => stream),
      other,
    ];
    expect(spared.map((stream) => stream.closed())).toEqual(spared.map(() => false));
    for (const stream of spared) stream.end();
  });

  test("is cut when the right ends by itself, or without any notice", async () => {
    const one = await somebody();
    const streams = [await open(one.byPass), await open(one.byToken), await open(one.byLink)];
    // No trigger tells of these.
    await stage.sql.query("ALTER TABLE api_token DISABLE TRIGGER USER");
    await stage.sql.query("ALTER TABLE share_link DISABLE TRIGGER USER");
    await stage.sql.query("UPDATE gateway_pass SET expires_at = now() WHERE session_id = $1", [one.session]);
    await stage.sql.query("UPDATE api_token SET expires_at = now() WHERE person_id = $1", [one.person]);
    await stage.sql.query("UPDATE share_link SET expires_at = now() WHERE created_by_id = $1", [one.person]);
    await stage.sql.query("ALTER TABLE api_token ENABLE TRIGGER USER");
    await stage.sql.query("ALTER TABLE share_link ENABLE TRIGGER USER");
    await eventually(() => expect(streams.every((stream) => stream.closed())).toBe(true), 13_000);
  });
});

test("what is open on a public stage is cut when the stage is closed, unless it is allowed otherwise", async () => {
  const stageId = await addStage(stage.sql, stage.projectId, "uat", true);
  const name = "fair--shop.preview.localhost";
  await stage.route({ host: name, targets: [app.target()], stageId });
  await eventually(async () => expect((await stage.ask({}, name)).status).toBe(200));
  const [stranger, member] = [await openStream("/events", {}, name), await openStream("/events", { "X-Berth-Token": stage.token }, name)];
  await stage.sql.query("UPDATE stage SET public = false WHERE id = $1", [stageId]);
  await eventually(() => expect(stranger.closed()).toBe(true), 3_000);
  expect(member.closed()).toBe(false);
  member.end();
});

test("a status stream ends when the right does", async () => {
  const name = "waiting--shop.preview.localhost";
  await stage.route({ host: name, state: "building", stageId: stage.stageId });
  const token = await addToken(stage.sql, stage.tester);
  await eventually(async () => expect((await stage.ask({ headers: { "X-Berth-Token": token } }, name)).status).toBe(503));
  const stream = await openStream("/.berth/status", { "X-Berth-Token": token }, name);
  await stage.sql.query(
    "UPDATE api_token SET revoked_at = now() WHERE person_id = $1 AND last_used_at IS NOT NULL AND id <> (SELECT id FROM api_token WHERE person_id = $1 ORDER BY created_at LIMIT 1)",
    [stage.tester],
  );
  await eventually(() => expect(stream.closed()).toBe(true), 1_000);
});

describe("G06 a WebSocket by cookie", () => {
  test.each([
    ["from a sibling", { Origin: `http://${sibling}` }],
    ["from the dashboard", { Origin: "http://localhost:3000" }],
    ["from nowhere", {}],
    ["from a page without origin", { Origin: "null" }],
    ["from the same name on another port", { Origin: `http://${host}:81` }],
  ])("%s is refused before anything is opened", async (_where, headers) => {
    const before = app.sockets.size;
    await expect(openSocket({ ...cookie(passCookie, await stage.pass()), ...headers })).rejects.toThrow("404");
    expect(app.sockets.size).toBe(before);
  });

  test.each([
    ["without any pass", {}],
    ["with an unknown pass", cookie(passCookie, newRandomId())],
    ["with a wrong token", { "X-Berth-Token": "berth_pat_wrong_wrong_wrong" }],
  ])("%s is refused", async (_what, headers) => {
    await expect(openSocket({ Origin: `http://${host}`, ...headers })).rejects.toThrow("404");
  });

  test("by token needs no Origin: a browser cannot be made to send one", async () => {
    const socket = await openSocket({ "X-Berth-Token": stage.token });
    await eventually(() => expect(socket.alive()).toBe(true));
    socket.end();
  });
});
