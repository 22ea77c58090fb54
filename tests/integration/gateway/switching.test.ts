import { Agent, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { afterEach, beforeEach, expect, test } from "vitest";

import { type App, type Stage, ask, createStage, eventually, known, startApp } from "./stage.ts";

const host = "switch--shop.preview.localhost";

let stage: Stage;
beforeEach(async () => {
  stage = await createStage({ holdMs: 2_000, connectMs: 500 });
});
afterEach(() => stage.end());

const named = (name: string) => stage.app((_request, response) => response.setHeader("X-App", name).end(name));

/** Sends `count` requests over `connections` kept connections; returns what came back. */
async function load(count: number, connections: number, method = "GET"): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: string[] = [];
  let left = count;
  const drive = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const body = method === "POST" ? `order ${left}` : "";
      answers.push(
        await ask(stage.gateway.port, host, { agent, method, body }).then(
          ({ status, text }) => `${status} ${text.slice(0, 80)}`,
          (error: unknown) => String(error),
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: connections }, drive));
  agent.destroy();
  return answers;
}

function count(answers: readonly string[]): Record<string, number> {
  return answers.reduce<Record<string, number>>((sum, answer) => ({ ...sum, [answer]: (sum[answer] ?? 0) + 1 }), {});
}

test("no request of 2 000 fails while the route goes to and fro between two apps every 50 ms", async () => {
  const [one, two] = [await named("one"), await named("two")];
  const id = await stage.route({ host, targets: [one.target()] });
  await known(stage, host);
  const running = { now: true };
  const switching = (async () => {
    for (let turn = 0; running.now; turn++) {
      await stage.route({ id, host, targets: [turn % 2 === 0 ? two.target() : one.target()] });
      await delay(50);
    }
  })();
  const answers: string[] = [];
  // Long enough for several switches, however fast the machine is.
  for (const until = Date.now() + 1_000; answers.length < 2_000 || Date.now() < until;) answers.push(...(await load(1_000, 20)));
  running.now = false;
  await switching;
  const counted = count(answers);
  expect(Object.keys(counted).sort()).toEqual(["200 one", "200 two"]);
  expect(Math.min(...Object.values(counted))).toBeGreaterThan(50);
});

test.each(["GET", "POST"])(
  "while tasks are replaced, the old ones dead before the new route is known, no GET fails and no POST is done twice (%s)",
  async (method) => {
    const done: string[] = [];
    const work = (turn: number) => (request: IncomingMessage, response: ServerResponse) => {
      let body = "";
      request.on("data", (piece: Buffer) => (body += piece.toString()));
      request.on("end", () => {
        done.push(body);
        response.end(`task-${turn}`);
      });
    };
    let task: App = await stage.app(work(0));
    const id = await stage.route({ host, targets: [task.target()] });
    await known(stage, host);
    done.length = 0;
    const running = { now: true };
    const replacing = (async () => {
      for (let turn = 1; running.now && turn < 50; turn++) {
        const next = await startApp(work(turn));
        await endGently(task);
        await delay(30);
        await stage.route({ id, host, targets: [next.target(`task-${turn}`)] });
        task = next;
        await delay(100);
      }
    })();
    const answers = await load(1_500, 10, method);
    running.now = false;
    await replacing;
    await task.kill();
    const failures = answers.filter((answer) => !/^200 task-\d+$/.test(answer));
    // A POST on its way while its connection was closed may have been done: only its sender can decide to send it again.
    expect(failures.filter((answer) => method === "GET" || !answer.startsWith("502"))).toEqual([]);
    expect(failures.length).toBeLessThan(150);
    expect(method === "POST" && new Set(done).size !== done.length).toBe(false);
  },
);

/** Ends an app as one that was told to end: what runs is finished, the rest is closed, new connections are refused. */
async function endGently(task: App): Promise<void> {
  const closed = new Promise<void>((resolve) => task.server.close(() => resolve()));
  const sweep = setInterval(() => task.server.closeIdleConnections(), 5);
  const cut = setTimeout(() => task.server.closeAllConnections(), 200);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

test("requests go round the tasks, and a dead one among them is not noticed", async () => {
  const [one, two, dead] = [await named("one"), await named("two"), await named("dead")];
  await dead.kill();
  await stage.route({ host, targets: [one.target(), dead.target(), two.target()] });
  await known(stage, host);
  const counted = count(await load(300, 5));
  expect(Object.keys(counted).sort()).toEqual(["200 one", "200 two"]);
  expect(Math.min(...Object.values(counted))).toBeGreaterThan(80);
});

test("a request without any reachable task waits for the next route, body and all", async () => {
  const dead = await named("dead");
  await dead.kill();
  const id = await stage.route({ host, targets: [dead.target()] });
  await eventually(async () => expect((await stage.sql.query("SELECT 1 FROM route")).rowCount).toBe(1));
  const echo = await stage.app((request, response) => void request.pipe(response));
  await eventually(async () => expect((await ask(stage.gateway.port, "none.preview.localhost")).status).toBe(404));
  const waiting = ask(stage.gateway.port, host, { method: "POST", body: "kept" });
  await delay(300);
  await stage.route({ id, host, targets: [echo.target()] });
  expect(await waiting).toMatchObject({ status: 200, text: "kept" });
});

test("a request waits no longer than it may, then says so without secrets", async () => {
  const dead = await named("dead");
  await dead.kill();
  await stage.route({ host, targets: [dead.target("secret-task")] });
  const began = Date.now();
  await eventually(async () => expect((await ask(stage.gateway.port, host, { headers: { Accept: "text/html" } })).status).toBe(502), 8_000);
  expect(Date.now() - began).toBeLessThan(6_000);
  const page = await ask(stage.gateway.port, host, { headers: { Accept: "text/html" } });
  expect(page.text).toContain("The app did not answer");
  expect(page.text).not.toMatch(/secret-task|127\.0\.0\.1/);
});

test("a waiting request whose environment goes to sleep gets that page; one whose host goes gets 404", async () => {
  const dead = await named("dead");
  await dead.kill();
  const id = await stage.route({ host, targets: [dead.target()] });
  await stage.route({ host: "probe--shop.preview.localhost", state: "stopped" });
  await known(stage, "probe--shop.preview.localhost");
  const waiting = ask(stage.gateway.port, host);
  await delay(100);
  await stage.route({ id, host, state: "stopped" });
  expect((await waiting).status).toBe(503);
  await stage.route({ id, host, targets: [dead.target()] });
  await delay(100);
  const lost = ask(stage.gateway.port, host);
  await delay(100);
  await stage.sql.query("DELETE FROM route WHERE environment_id = $1", [id]);
  expect((await lost).status).toBe(404);
});

test("a connection the app closed while it was idle is not the client's business, for GET and for POST", async () => {
  const app = await stage.app((_request, response) => response.end("ok"));
  app.server.keepAliveTimeout = 1;
  await stage.route({ host, targets: [app.target()] });
  await known(stage, host);
  const agent = new Agent({ keepAlive: true });
  for (let at = 0; at < 60; at++) {
    expect((await ask(stage.gateway.port, host, { agent, method: at % 2 === 0 ? "GET" : "POST" })).status).toBe(200);
    await delay(at % 7);
  }
  agent.destroy();
});

test("a GET whose connection dies in silence is repeated once, a POST never", async () => {
  const seen: string[] = [];
  const moody = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      const line = bytes.toString().split(" ", 2).join(" ");
      seen.push(line);
      // The first request on a connection is answered, the second makes it die.
      if (seen.filter((one) => one === line).length === 2) return void socket.destroy();
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  await new Promise<void>((resolve) => moody.listen(0, "127.0.0.1", resolve));
  const address = moody.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await stage.route({ host, targets: [{ taskId: "moody", host: "127.0.0.1", port }] });
  await known(stage, host);
  const statuses = async (method: string, path: string) => [
    (await ask(stage.gateway.port, host, { method, path })).status,
    (await ask(stage.gateway.port, host, { method, path })).status,
  ];
  expect(await statuses("GET", "/a")).toEqual([200, 200]);
  expect(seen.filter((one) => one === "GET /a")).toHaveLength(3);
  expect(await statuses("POST", "/b")).toEqual([200, 502]);
  expect(seen.filter((one) => one === "POST /b")).toHaveLength(2);
  moody.close();
});

test("what runs when the gateway stops is finished", async () => {
  const slow = await stage.app((_request, response) => setTimeout(() => response.end("finished"), 300));
  await stage.route({ host, targets: [slow.target()] });
  await known(stage, host);
  const running = ask(stage.gateway.port, host);
  await eventually(() => expect(slow.seen.length).toBeGreaterThan(1));
  const stopped = stage.gateway.stop();
  expect((await running).text).toBe("finished");
  await stopped;
  await expect(ask(stage.gateway.port, host)).rejects.toThrow("ECONNREFUSED");
});
