import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";

import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";

import { createFront } from "./front.ts";

const origin = "http://localhost:3000";

/** A front whose pages and Git read the body of a request to its end before they answer. */
async function openFront(bodyMs: number): Promise<number> {
  const readAll = async (request: AsyncIterable<unknown>) => {
    for await (const chunk of request) void chunk;
  };
  const front = createFront({
    origin,
    log: pino({ level: "silent" }),
    bodyMs,
    async serveGit(request, response) {
      if (!(request.url ?? "").startsWith("/git/")) return false;
      await readAll(request);
      response.end("git");
      return true;
    },
    async servePages(request, response) {
      await readAll(request).catch(() => undefined);
      response.end("page");
    },
  });
  const server = createServer(front).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Begins a request whose body is still open; `end` sends the rest of it. */
function begin(port: number, path: string) {
  const request = httpRequest({
    host: "127.0.0.1",
    port,
    path,
    method: "POST",
    agent: false,
    headers: { host: "localhost:3000", origin, "content-length": "4" },
  });
  request.write("ab");
  const answer = new Promise<string>((done) => {
    request.once("response", (response) => done(String(response.resume().statusCode)));
    request.once("error", () => done("closed"));
  });
  return { answer, end: () => request.end("cd") };
}

test.each(["/sign-in", "/api/v1/projects", "/p/shop"])(
  "a body to %s that trickles in holds its connection for a bounded time",
  async (path) => {
    const port = await openFront(60);
    expect(await begin(port, path).answer).toBe("closed");
  },
);

test("a push to Git may take longer than that, and so may the answer to a body that has arrived", async () => {
  const port = await openFront(60);
  const push = begin(port, "/git/shop.git/git-receive-pack");
  const closed = begin(port, "/p/shop");
  const arrived = begin(port, "/p/shop");
  arrived.end();
  expect([await arrived.answer, await closed.answer]).toEqual(["200", "closed"]);
  // The time of the page's body has passed; that of the push, begun before it, would have too.
  push.end();
  expect(await push.answer).toBe("200");
});

test("what people uploaded is shown under a policy that runs nothing of it", async () => {
  const port = await openFront(1_000);
  const policyOf = async (path: string) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, agent: false, headers: { host: "localhost:3000" } }).end();
    return new Promise<unknown>((done) => {
      request.once("response", (response) => done(response.resume().headers["content-security-policy"]));
    });
  };
  expect(await policyOf("/evidence/00000000-0000-4000-8000-000000000000")).toBe("default-src 'none'; sandbox");
  expect(await policyOf("/p/shop")).toContain("script-src");
});

test("a webhook reaches its door under whatever name the forge calls this machine, without a browser's origin and without cookies", async () => {
  const seen: Array<{ url: string | undefined; cookie: string | undefined; forwarded: unknown }> = [];
  const front = createFront({
    origin,
    log: pino({ level: "silent" }),
    async serveGit(request, response) {
      seen.push({ url: request.url, cookie: request.headers.cookie, forwarded: request.headers["x-forwarded-for"] });
      response.end("door");
      return true;
    },
    async servePages(_request, response) {
      response.writeHead(500).end();
    },
  });
  const server = createServer(front).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const headers = { host: "berth.intranet.example.org", "x-forwarded-for": "192.0.2.1" };
  const status = await new Promise((done) => {
    httpRequest({ host: "127.0.0.1", port, path: "/webhooks/github/shop", method: "POST", headers }, (response) =>
      done(response.statusCode),
    ).end("{}");
  });
  expect(status).toBe(200);
  expect(seen).toEqual([{ url: "/webhooks/github/shop", cookie: undefined, forwarded: undefined }]);
});
