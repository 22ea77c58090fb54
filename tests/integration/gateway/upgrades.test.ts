import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { type App, type Stage, createStage, eventually, known, sendRaw } from "./stage.ts";

const host = "socket--shop.preview.localhost";

let stage: Stage;
let app: App;
const handshakes: IncomingMessage[] = [];

beforeAll(async () => {
  stage = await createStage();
  app = await stage.app((_request, response) => response.end("plain"));
  const sockets = new WebSocketServer({ noServer: true });
  app.server.on("upgrade", (request, socket, head) => {
    handshakes.push(request);
    if (request.url === "/refused") return void socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nSet-Cookie: berth=1\r\n\r\nno");
    if (request.headers.upgrade === "echo") {
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nSet-Cookie: berth_session=forged\r\nX-Own: 1\r\n\r\nearly ",
      );
      return void socket.pipe(socket);
    }
    sockets.handleUpgrade(request, socket, head, (client) => client.on("message", (data, binary) => client.send(data, { binary })));
  });
  await stage.route({ host, targets: [app.target()] });
  await known(stage, host);
});
afterAll(() => stage.end());

function connect(path = "/", headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${stage.gateway.port}${path}`, { headers: { Host: host, ...headers } });
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(socket));
    socket.once("error", reject);
  });
}

test("a WebSocket echoes, small and large, in order", async () => {
  const socket = await connect();
  const sent = [Buffer.from("hello"), randomBytes(5_000_000), ...Array.from({ length: 100 }, (_, at) => Buffer.from(`message ${at}`))];
  const received: Buffer[] = [];
  socket.on("message", (data) => received.push(Buffer.isBuffer(data) ? data : Buffer.alloc(0)));
  for (const message of sent) socket.send(message);
  await eventually(() => expect(received).toHaveLength(sent.length), 10_000);
  expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true);
  socket.close();
});

test("header rules hold for upgrades", async () => {
  handshakes.length = 0;
  const socket = await connect("/x", {
    Cookie: "a=1; __Host-berth-session=s",
    Authorization: "Bearer berth_s",
    "X-Forwarded-For": "1.2.3.4",
  });
  const { headers } = handshakes[0] ?? {};
  expect(headers).toMatchObject({ cookie: "a=1", host, "x-forwarded-for": "127.0.0.1" });
  expect(headers?.authorization).toBeUndefined();
  socket.close();
});

test("the end of either side is the end of the other", async () => {
  const before = app.sockets.size;
  const socket = await connect();
  const other = await connect();
  expect(app.sockets.size).toBeGreaterThan(before);
  const closed = new Promise((resolve) => other.once("close", resolve));
  socket.terminate();
  for (const open of app.sockets) open.destroy();
  await closed;
  await eventually(() => expect(app.sockets.size).toBe(0));
});

test("any protocol is tunnelled, early bytes included, and forged cookies are not", async () => {
  const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`;
  const received = await sendRaw(stage.gateway.port, `${request}at once`);
  expect(received).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n/);
  expect(received).toContain("X-Own: 1\r\n");
  expect(received).not.toContain("forged");
  expect(received.endsWith("\r\n\r\nearly at once")).toBe(true);
});

test("an app that refuses to switch is heard", async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${stage.gateway.port}/refused`, { headers: { Host: host } });
  const refusal = await new Promise<IncomingMessage>((resolve, reject) => {
    socket.once("unexpected-response", (_request, response) => resolve(response));
    socket.once("error", reject);
  });
  expect(refusal.statusCode).toBe(403);
  expect(refusal.headers["set-cookie"]).toBeUndefined();
  refusal.destroy();
});

test("nobody switches to HTTP/2: it would carry requests past the header rules", async () => {
  handshakes.length = 0;
  const received = await sendRaw(
    stage.gateway.port,
    `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n`,
    1_000,
  );
  expect(received).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(received.endsWith("plain\r\n0\r\n\r\n") || received.endsWith("plain")).toBe(true);
  expect(handshakes).toHaveLength(0);
});

test("an upgrade for a host that is no environment, or not live, is refused before anything is opened", async () => {
  await stage.route({ host: "asleep--shop.preview.localhost", state: "stopped", targets: [app.target()] });
  await known(stage, "asleep--shop.preview.localhost");
  handshakes.length = 0;
  for (const [name, status] of [
    ["none--shop.preview.localhost", 404],
    ["asleep--shop.preview.localhost", 503],
  ] as const) {
    const received = await sendRaw(
      stage.gateway.port,
      `GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      1_000,
    );
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  }
  expect(handshakes).toHaveLength(0);
});
