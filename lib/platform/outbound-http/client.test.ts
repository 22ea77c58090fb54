import { createServer } from "node:http";
import { createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

import { afterEach, describe, expect, it } from "vitest";

import { type HttpClient, type HttpClientOptions, createHttpClient } from "./client.ts";

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

function client(options: Partial<HttpClientOptions> = {}): HttpClient {
  const made = createHttpClient({ timeoutMs: 2000, maxBodyBytes: 10_000, policy: "operator", ...options });
  opened.unshift(() => made.close());
  return made;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function http(handler: Parameters<typeof createServer>[1]): Promise<{ url: string; port: number; hits: () => number }> {
  let hits = 0;
  const server = createServer((request, response) => {
    hits++;
    handler?.(request, response);
  });
  const port = await listening(server);
  opened.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${port}`, port, hits: () => hits };
}

/** Bytes as they are, by hand: what no well-behaved server would send. */
async function raw(talk: (socket: Socket) => unknown): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createPlainServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => talk(socket));
  });
  const port = await listening(server);
  opened.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${port}`;
}

describe("a request", () => {
  it("brings status, headers and body, and never follows a redirect", async () => {
    const canary = await http((_request, response) => response.end());
    const { url } = await http((request, response) => {
      response
        .writeHead(request.url === "/a?b=1" ? 302 : 500, { location: canary.url, "x-one": "1", "set-cookie": ["a", "b"] })
        .end("moved");
    });
    const answer = await client().request({ url: `${url}/a?b=1#fragment` });
    expect(answer).toMatchObject({ status: 302, headers: { "x-one": "1", location: canary.url, "set-cookie": "a" } });
    expect(answer.body.toString()).toBe("moved");
    expect(canary.hits()).toBe(0);
  });

  it("asks for no compression and unpacks none", async () => {
    const { url } = await http((request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(`raw ${request.headers["accept-encoding"]}`),
    );
    expect((await client().request({ url })).body.toString()).toBe("raw identity");
  });

  it("shows a credential to its own origin only", async () => {
    const seen: (string | undefined)[] = [];
    const one = await http((request, response) => response.end(seen.push(request.headers.authorization).toString()));
    const two = await http((request, response) => response.end(seen.push(request.headers.authorization).toString()));
    const made = client({ auth: [{ origin: one.url, authorization: "Basic x" }] });
    await made.request({ url: one.url });
    await made.request({ url: two.url });
    expect(seen).toEqual(["Basic x", undefined]);
  });

  it.each([
    ["another origin than allowed", "http://127.0.0.2/"],
    ["credentials in the URL", "http://u:p@127.0.0.1/"],
    ["another scheme: file", "file:///etc/passwd"],
    ["another scheme: ftp", "ftp://127.0.0.1/"],
    ["another scheme: data", "data:text/plain,x"],
    ["another scheme: unix", "unix:/var/run/docker.sock"],
    ["another scheme: javascript", "javascript:alert(1)"],
    ["no URL", "127.0.0.1"],
  ])("is refused before anything is sent: %s", async (_what, url) => {
    await expect(client({ allowedOrigins: ["http://127.0.0.1"] }).request({ url })).rejects.toMatchObject({ kind: "forbidden" });
  });

  it.each([{ host: "other" }, { "x-a": "a\r\nx-b: b" }, { "x a": "b" }])(
    "refuses headers that would be something else: %j",
    async (headers) => {
      const { url, hits } = await http((_request, response) => response.end());
      await expect(client().request({ url, headers })).rejects.toMatchObject({ kind: "forbidden" });
      expect(hits()).toBe(0);
    },
  );
});

describe("what goes wrong has a name", () => {
  it("nobody listens", async () => {
    await expect(client().request({ url: "http://127.0.0.1:1/" })).rejects.toMatchObject({
      kind: "refused",
      message: "http://127.0.0.1:1: connection refused",
    });
  });

  it("no such host", async () => {
    await expect(client().request({ url: "http://no-such-host.invalid/" })).rejects.toMatchObject({ kind: "dns" });
  });

  it.each([
    ["no answer", () => undefined, "timeout"],
    ["headers that never end", (socket: Socket) => socket.write("HTTP/1.1 200 OK\r\n"), "timeout"],
    [
      "one byte now and then",
      (socket: Socket) => (socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), drip(socket)),
      "timeout",
    ],
    ["the connection is cut", (socket: Socket) => socket.destroy(), "reset"],
    ["the body is cut", (socket: Socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), "reset"],
    ["no HTTP", (socket: Socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "protocol"],
    ["an invalid chunk", (socket: Socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "protocol"],
    [
      "a thousand headers",
      (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\n${"X-Header: value-that-is-long-enough\r\n".repeat(1000)}\r\n`),
      "too_large",
    ],
    ["a large body", (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n${"x".repeat(20_000)}`), "too_large"],
    ["an endless body", (socket: Socket) => flood(socket), "too_large"],
  ])("%s", async (_what, talk, kind) => {
    const url = await raw(talk);
    await expect(client({ timeoutMs: 700 }).request({ url })).rejects.toMatchObject({ kind });
  });

  it("the caller gives up", async () => {
    const url = await raw(() => undefined);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    await expect(client().request({ url, signal: abort.signal })).rejects.toMatchObject({ kind: "aborted" });
    await expect(client().request({ url, signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "aborted" });
  });

  it("no secure connection", async () => {
    const server = createTlsServer({}, () => undefined);
    server.on("tlsClientError", () => undefined);
    const port = await listening(server);
    opened.push(() => new Promise((resolve) => server.close(resolve)));
    await expect(client().request({ url: `https://127.0.0.1:${port}` })).rejects.toMatchObject({ kind: "tls" });
  });
});

describe("a stream", () => {
  it("goes on for longer than the time limit, which is for its headers", async () => {
    const { url } = await http((_request, response) => {
      response.writeHead(200);
      let count = 0;
      const timer = setInterval(() => (++count < 6 ? response.write(String(count)) : (clearInterval(timer), response.end())), 50);
    });
    const stream = await client({ timeoutMs: 150 }).stream({ url });
    let text = "";
    for await (const chunk of stream.chunks) text += chunk.toString();
    expect(text).toBe("12345");
  });

  it("ends when the caller gives up", async () => {
    const { url } = await http((_request, response) => void response.writeHead(200).write("x"));
    const abort = new AbortController();
    const stream = await client().stream({ url, signal: abort.signal });
    const reading = (async () => {
      for await (const _chunk of stream.chunks) abort.abort();
    })();
    await expect(reading).rejects.toMatchObject({ kind: "aborted" });
  });

  it("closes the connection when its reader stops", async () => {
    let closed: (how: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => (closed = resolve));
    const { url } = await http((_request, response) => {
      response.on("close", () => closed("closed"));
      response.writeHead(200).write("x");
    });
    for await (const _chunk of (await client().stream({ url })).chunks) break;
    expect(await gone).toBe("closed");
  });
});

describe("an address somebody typed", () => {
  const canaryFor = async () => await http((_request, response) => response.end("secret"));

  it.each([
    "127.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "①②⑦.⓪.⓪.①",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::]",
  ])("is refused when it is this machine: %s", async (host) => {
    const canary = await canaryFor();
    await expect(client({ policy: "user" }).request({ url: `http://${host}:${canary.port}/` })).rejects.toMatchObject({
      kind: "forbidden",
    });
    expect(canary.hits()).toBe(0);
  });

  it("says the same about an open and a closed port", async () => {
    const canary = await canaryFor();
    const words = async (port: number) =>
      await client({ policy: "user" })
        .request({ url: `http://127.0.0.1:${port}/` })
        .catch((error: unknown) => String(error).replace(`:${port}`, ":PORT"));
    expect(await words(canary.port)).toBe(await words(1));
  });

  it("is used when the operator listed exactly that host and port", async () => {
    const canary = await canaryFor();
    const made = client({ policy: "user", allowedHosts: [`127.0.0.1:${canary.port}`] });
    expect((await made.request({ url: canary.url })).body.toString()).toBe("secret");
    await expect(made.request({ url: `http://localhost:${canary.port}/` })).rejects.toMatchObject({ kind: "forbidden" });
    await expect(made.request({ url: "http://127.0.0.1:1/" })).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("is never a link-local one, listed or not", async () => {
    const allowedHosts = ["169.254.169.254:80", "[fe80::1]:80", "[fd00:ec2::254]:80", "[::ffff:a9fe:a9fe]:80", "[64:ff9b::a9fe:a9fe]:80"];
    for (const host of allowedHosts)
      await expect(client({ policy: "user", allowedHosts }).request({ url: `http://${host}/` })).rejects.toMatchObject({
        kind: "forbidden",
      });
  });

  it("is refused when one of the name's addresses is private", async () => {
    const resolve = async () => ["93.184.215.14", "10.0.0.1"];
    await expect(client({ policy: "user", resolve }).request({ url: "http://mixed.test/" })).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("is looked up once and then kept: a second answer changes nothing", async () => {
    const canary = await canaryFor();
    let lookups = 0;
    const resolve = async () => (++lookups === 1 ? ["127.0.0.1"] : ["127.0.0.2"]);
    const made = client({ policy: "user", resolve, allowedHosts: [`rebinding.test:${canary.port}`] });
    expect((await made.request({ url: `http://rebinding.test:${canary.port}/` })).status).toBe(200);
    expect(lookups).toBe(1);
  });

  it("is not waited for when the resolver hangs", async () => {
    const resolve = async () => await new Promise<string[]>(() => undefined);
    await expect(client({ policy: "user", resolve, timeoutMs: 200 }).request({ url: "http://slow.test/" })).rejects.toMatchObject({
      kind: "timeout",
    });
  });
});

function drip(socket: Socket): void {
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write("x")), 20);
}

function flood(socket: Socket): void {
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write("x".repeat(5000))), 5);
}
