import { createHash, randomBytes } from "node:crypto";
import { Agent, type IncomingMessage, type ServerResponse, request as httpRequest } from "node:http";
import { type Server, createServer } from "node:net";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { type App, type Stage, ask, createStage, eventually, known, sendRaw } from "./stage.ts";

const host = "stream--shop.preview.localhost";
const mebibyte = 1_024 * 1_024;
const bigBytes = 200 * mebibyte;

let stage: Stage;
let app: App;
/** What the app does with the next requests. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  stage = await createStage({ answerMs: 1_000, discardMs: 500 });
  app = await stage.app((request, response) => answer(request, response));
  answer = (_request, response) => response.end("ok");
  await stage.route({ host, targets: [app.target()] });
  await known(stage, host);
});
afterAll(() => stage.end());
beforeEach(() => {
  app.seen.length = 0;
});

function open(options: { method?: string; path?: string; headers?: Record<string, string>; agent?: Agent | false }) {
  return httpRequest({
    host: "127.0.0.1",
    port: stage.gateway.port,
    agent: false,
    ...options,
    headers: { Host: host, ...options.headers },
  });
}

function answerTo(request: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
}

async function digestOf(stream: AsyncIterable<Buffer>): Promise<{ bytes: number; sha: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    hash.update(piece);
  }
  return { bytes, sha: hash.digest("hex") };
}

/** Writes `total` bytes of `block` over and over, no faster than the receiver reads. */
async function pour(target: NodeJS.WritableStream, block: Buffer, total: number): Promise<void> {
  for (let sent = 0; sent < total; sent += block.length) {
    if (!target.write(block)) await new Promise((resolve) => target.once("drain", resolve));
  }
  target.end();
}

function watchMemory(): () => number {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  return () => {
    clearInterval(timer);
    return (most - before) / mebibyte;
  };
}

const block = randomBytes(mebibyte);
const bigSha = (() => {
  const hash = createHash("sha256");
  for (let at = 0; at < bigBytes; at += block.length) hash.update(block);
  return hash.digest("hex");
})();

test.each([
  ["with a length", { "Content-Length": String(bigBytes) }],
  ["chunked", { "Transfer-Encoding": "chunked" }],
])("200 MB go up %s, whole and without piling up", async (_name, headers) => {
  answer = (request, response) => {
    void digestOf(request).then((received) => response.end(JSON.stringify(received)));
  };
  const memory = watchMemory();
  const request = open({ method: "PUT", headers });
  const response = answerTo(request);
  await pour(request, block, bigBytes);
  const pieces: Buffer[] = [];
  for await (const piece of await response) pieces.push(piece);
  expect(JSON.parse(Buffer.concat(pieces).toString())).toEqual({ bytes: bigBytes, sha: bigSha });
  expect(memory()).toBeLessThan(160);
});

test.each([
  ["with a length", { "Content-Length": String(bigBytes) }],
  ["chunked", {}],
  ["until the end of the connection", { Connection: "close" }],
])("200 MB come down %s, whole and without piling up", async (_name, headers) => {
  answer = (_request, response) => {
    if ("Connection" in headers) response.useChunkedEncodingByDefault = false;
    response.writeHead(200, headers);
    void pour(response, block, bigBytes);
  };
  const memory = watchMemory();
  const request = open({});
  request.end();
  expect(await digestOf(await answerTo(request))).toEqual({ bytes: bigBytes, sha: bigSha });
  expect(memory()).toBeLessThan(160);
});

test("a client that does not read makes the app wait", async () => {
  let written = 0;
  answer = (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && written < bigBytes) {
        written += block.length;
        if (!response.write(block)) return void response.once("drain", more);
      }
    };
    more();
  };
  const request = open({});
  request.end();
  const response = await answerTo(request);
  response.pause();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(written).toBeLessThan(40 * mebibyte);
  request.destroy();
});

test("an app that does not read makes the client wait", async () => {
  answer = (request) => request.pause();
  const request = open({ method: "POST", headers: { "Content-Length": String(bigBytes) } });
  request.on("error", () => undefined);
  let written = 0;
  for (;;) {
    if (written >= bigBytes) break;
    written += block.length;
    if (request.write(block)) continue;
    const drained = await Promise.race([
      new Promise<boolean>((resolve) => request.once("drain", () => resolve(true))),
      new Promise<boolean>((resolve) => setTimeout(resolve, 400, false)),
    ]);
    if (!drained) break;
  }
  expect(written).toBeLessThan(40 * mebibyte);
  request.destroy();
});

test("both ways flow at once", async () => {
  answer = (request, response) => {
    response.writeHead(200);
    request.pipe(response);
  };
  const request = open({ method: "POST", headers: { "Transfer-Encoding": "chunked" } });
  request.write("one");
  const response = await answerTo(request);
  const echoed: string[] = [];
  response.on("data", (piece: Buffer) => echoed.push(piece.toString()));
  await eventually(() => expect(echoed).toEqual(["one"]));
  request.write("two");
  await eventually(() => expect(echoed).toEqual(["one", "two"]));
  request.end("three");
  await eventually(() => expect(echoed).toEqual(["one", "two", "three"]));
});

test("server-sent events arrive one by one, and their head before the first", async () => {
  let send: (text: string) => void = () => undefined;
  answer = (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.flushHeaders();
    send = (text) => response.write(text);
  };
  const request = open({});
  request.end();
  const response = await answerTo(request);
  expect(response.headers["content-type"]).toBe("text/event-stream");
  let received = "";
  response.on("data", (piece: Buffer) => (received += piece.toString()));
  for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
    send(event);
    await eventually(() => expect(received.endsWith(event)).toBe(true));
  }
  request.destroy();
});

test("a client that goes makes the app's request end", async () => {
  let gone = false;
  answer = (_request, response) => {
    response.on("close", () => (gone = true));
    response.writeHead(200);
    response.write("x");
  };
  const request = open({});
  request.end();
  await answerTo(request);
  request.on("error", () => undefined);
  request.destroy();
  await eventually(() => expect(gone).toBe(true));
});

test("a client that goes in the middle of its body makes the app's request fail", async () => {
  let failed = false;
  answer = (request) => {
    request.on("error", () => (failed = true));
    request.resume();
  };
  const request = open({ method: "POST", headers: { "Content-Length": "1000" } });
  request.on("error", () => undefined);
  request.write("half");
  await eventually(() => expect(app.seen).toHaveLength(1));
  request.destroy();
  await eventually(() => expect(failed).toBe(true));
});

test("an app that dies in the middle of its answer cuts the client off: half is never taken for whole", async () => {
  for (const headers of [{ "Content-Length": "1000" }, {}]) {
    answer = (_request, response) => {
      response.writeHead(200, headers);
      response.write("half", () => response.destroy());
    };
    await expect(ask(stage.gateway.port, host)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  }
});

test("an app that answers before it has read the body is heard, and the connection lives on", async () => {
  answer = (request, response) => {
    if (request.method === "GET") return void response.end("next");
    response.writeHead(413).end("too large");
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const early = await ask(stage.gateway.port, host, { agent, method: "POST", body: Buffer.alloc(3 * mebibyte) });
  expect([early.status, early.text]).toEqual([413, "too large"]);
  expect((await ask(stage.gateway.port, host, { agent })).text).toBe("next");
  agent.destroy();
});

test("100 Continue comes from the app, and a refusal comes without it", async () => {
  answer = (request, response) => void request.on("data", () => undefined).on("end", () => response.end("taken"));
  const willing = open({ method: "POST", headers: { Expect: "100-continue", "Content-Length": "3" } });
  await new Promise<void>((resolve) => {
    willing.once("continue", resolve);
    willing.flushHeaders();
  });
  willing.end("abc");
  expect((await answerTo(willing)).statusCode).toBe(200);

  app.server.once("checkContinue", (_request, response) => response.writeHead(401).end());
  const refused = open({ method: "POST", headers: { Expect: "100-continue", "Content-Length": "3" } });
  let continued = false;
  refused.once("continue", () => (continued = true));
  refused.flushHeaders();
  expect((await answerTo(refused)).statusCode).toBe(401);
  expect(continued).toBe(false);
  refused.destroy();
});

test("an app that does not know Expect still gets the body", async () => {
  const plain = createServer((socket) => {
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (text.endsWith("abc")) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    });
  });
  const port = await listening(plain);
  const name = "plain--shop.preview.localhost";
  await stage.route({ host: name, targets: [{ taskId: "plain", host: "127.0.0.1", port }] });
  await eventually(async () =>
    expect((await sendRaw(stage.gateway.port, `POST / HTTP/1.1\r\nHost: ${name}\r\nContent-Length: 3\r\n\r\nabc`)).slice(0, 12)).toBe(
      "HTTP/1.1 200",
    ),
  );
  const request = open({ method: "POST", headers: { Host: name, Expect: "100-continue", "Content-Length": "3" } });
  request.once("continue", () => request.end("abc"));
  request.flushHeaders();
  expect((await answerTo(request)).statusCode).toBe(200);
  plain.close();
});

test.each([
  ["HEAD", 200, { "Content-Length": "5" }, "5"],
  ["GET", 204, {}, undefined],
  ["GET", 304, { ETag: '"x"' }, undefined],
  ["GET", 200, { "Content-Length": "0" }, "0"],
])("%s answered %i has no body and the connection stays in step", async (method, status, headers, length) => {
  answer = (request, response) => {
    if (request.url === "/after") return void response.end("after");
    response.writeHead(status, headers).end();
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await ask(stage.gateway.port, host, { agent, method });
  expect([first.status, first.text, first.headers["content-length"]]).toEqual([status, "", length]);
  expect(first.headers["transfer-encoding"]).toBeUndefined();
  expect((await ask(stage.gateway.port, host, { agent, path: "/after" })).text).toBe("after");
  agent.destroy();
});

test("a client of HTTP/1.0 gets a chunked answer plain", async () => {
  answer = (_request, response) => {
    response.write("one");
    response.end("two");
  };
  const received = await sendRaw(stage.gateway.port, `GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`, 2_000);
  expect(received).not.toMatch(/transfer-encoding/i);
  expect(received.endsWith("\r\n\r\nonetwo")).toBe(true);
});

test("an app that never answers is given up with 504", async () => {
  answer = () => undefined;
  const late = await ask(stage.gateway.port, host);
  expect(late.status).toBe(504);
  expect(JSON.parse(late.text)).toMatchObject({ code: "app_timed_out" });
});

test.each([
  ["no HTTP at all", "SSH-2.0-OpenSSH\r\n\r\n"],
  ["a length beside a coding", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"],
  ["a switch nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"],
  ["a head without end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}`],
])("an app that says %s is given up with 502, and nothing of it shows", async (_name, bytes) => {
  const broken = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(bytes));
  });
  const port = await listening(broken);
  const name = `broken-${port}--shop.preview.localhost`;
  await stage.route({ host: name, targets: [{ taskId: "secret-task", host: "127.0.0.1", port }] });
  await eventually(async () => expect((await ask(stage.gateway.port, name)).status).toBe(502));
  const page = await ask(stage.gateway.port, name, { headers: { Accept: "text/html" } });
  expect(page.text).not.toMatch(/127\.0\.0\.1|secret-task|SSH/);
  broken.close();
});

test("what an app says beyond its answer is never taken for the next one", async () => {
  const chatty = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () =>
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"),
    );
  });
  const port = await listening(chatty);
  const name = "chatty--shop.preview.localhost";
  await stage.route({ host: name, targets: [{ taskId: "chatty", host: "127.0.0.1", port }] });
  await known(stage, name);
  for (let at = 0; at < 20; at++) expect((await ask(stage.gateway.port, name)).text).toBe("ok");
  chatty.close();
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
