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
