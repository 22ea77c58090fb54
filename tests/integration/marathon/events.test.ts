import type { ServerResponse } from "node:http";

import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";

import { type MarathonEvent, createMarathon } from "#lib/adapters/marathon/client.ts";

import { type AnsweringServer, startAnswering } from "./answering-server.ts";
import { startBus } from "./event-bus.ts";

const opened: { stop(): Promise<void> }[] = [];
const log = pino({ level: "silent" });

afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.stop();
});

/** A stream server whose n-th connection is played by the n-th script; the last one goes on. */
async function streams(...scripts: ((response: ServerResponse) => unknown)[]): Promise<AnsweringServer> {
  let connection = 0;
  const server = await startAnswering(({ url }) => (_request, response) => {
    if (url === "/v2/info") return response.end(JSON.stringify({ version: "1.3.6" }));
    const script = scripts[Math.min(connection++, scripts.length - 1)];
    script?.(response);
  });
  opened.push(server);
  return server;
}

const asked = (server: AnsweringServer) => server.asked.filter(({ url }) => url.startsWith("/v2/events"));
const open = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" });

async function take(url: string | string[], count: number, eventIdleMs?: number): Promise<MarathonEvent[]> {
  const marathon = createMarathon({ urls: [url].flat(), log, timeoutMs: 2000, eventIdleMs });
  const abort = new AbortController();
  const seen: MarathonEvent[] = [];
  const timer = setTimeout(() => abort.abort(), 10_000);
  for await (const event of marathon.events(abort.signal)) {
    seen.push(event);
    if (seen.length >= count) abort.abort();
  }
  clearTimeout(timer);
  await marathon.close();
  return seen;
}

const frame = (type: string, appId: string, end = "\n") =>
  `event: ${type}${end}data: {"eventType":"${type}","appId":"${appId}"}${end}${end}`;

describe("the event stream", () => {
  it("begins with connected and reads LF and CRLF, heartbeats between, split anywhere", async () => {
    const bytes = Buffer.from(`\r\n\n${frame("status_update_event", "/é")}\r\n${frame("app_terminated_event", "/b", "\r\n")}\n\n`);
    const server = await streams((response) => {
      open(response);
      let at = 0;
      const timer = setInterval(() => (at < bytes.length ? response.write(bytes.subarray(at, (at += 7))) : clearInterval(timer)), 1);
    });
    const events = await take(server.url, 3);
    expect(events.map((event) => [event.type, event.appId])).toEqual([
      ["connected", null],
      ["status_update_event", "/é"],
      ["app_terminated_event", "/b"],
    ]);
    expect(asked(server)).toMatchObject([{ url: "/v2/events?plan-format=light", headers: { accept: "text/event-stream" } }]);
  });

  it("says connected again after every loss, whatever the loss was", async () => {
    const server = await streams(
      (response) => open(response).end(frame("a", "/1")),
      (response) => {
        open(response).write(frame("b", "/2"));
        setTimeout(() => response.destroy(), 50);
      },
      (response) => response.writeHead(503).end(),
      (response) => response.writeHead(405).end("<html>"),
      (response) => open(response).write(frame("c", "/3")),
    );
    expect((await take(server.url, 6)).map((event) => event.type)).toEqual(["connected", "a", "connected", "b", "connected", "c"]);
  });

  it("opens a silent stream anew, but not one that only has heartbeats", async () => {
    const server = await streams(
      (response) => open(response).write(frame("a", "/1")),
      (response) => {
        open(response);
        let beats = 0;
        const timer = setInterval(() => {
          response.write(++beats < 12 ? "\r\n" : frame("b", "/2"));
          if (beats >= 12) clearInterval(timer);
        }, 100);
      },
    );
    expect((await take(server.url, 4, 400)).map((event) => event.type)).toEqual(["connected", "a", "connected", "b"]);
    expect(asked(server)).toHaveLength(2);
  });

  it("passes hostile frames over and goes on", async () => {
    const hostile = [
      "data: {",
      "data: []",
      "data: null",
      "event: x",
      ":comment",
      `data: ${'{"a":'.repeat(5000)}`,
      "retry: 99999999999",
      "id: \0",
      'data: {"eventType":{"toString":1}}',
      "\ufeffdata: {}",
      "garbage without a colon",
    ];
    const server = await streams((response) => {
      open(response).write(`${hostile.join("\n\n")}\n\n`);
      response.write(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a, 0x0a]));
      response.write(frame("good", "/g"));
    });
    expect((await take(server.url, 2)).map((event) => event.type)).toEqual(["connected", "good"]);
  });

  it("asks for the events that matter, light, where the version can choose", async () => {
    const server = await startAnswering(({ url }) =>
      url === "/v2/info" ? { version: "1.4.0" } : (_request, response) => open(response).write(frame("a", "/1")),
    );
    opened.push(server);
    await take(server.url, 2);
    const query = new URL(asked(server)[0]?.url ?? "", server.url).searchParams;
    expect(query.get("plan-format")).toBe("light");
    expect(query.getAll("event_type")).toEqual(expect.arrayContaining(["api_post_event", "status_update_event", "deployment_failed"]));
    expect(query.getAll("event_type")).not.toContain("framework_message_event");
  });

  it("moves to another member when one has no stream to give", async () => {
    const standby = await startAnswering(({ url }) => (url === "/v2/info" ? { version: "1.4.0" } : 503));
    const leader = await startAnswering(({ url }) =>
      url === "/v2/info" ? { version: "1.4.0" } : (_request, response) => open(response).write(frame("a", "/1")),
    );
    opened.push(standby, leader);
    expect((await take([standby.url, leader.url], 2)).map((event) => event.type)).toEqual(["connected", "a"]);
  });

  it("says the same thing as often as it is told, in the order it is told, and grows by none of it", async () => {
    const server = await streams((response) => {
      open(response);
      for (const appId of ["/2", "/1", "/1", "/2", "/2"]) response.write(frame("status_update_event", appId));
    });
    expect((await take(server.url, 6)).map((event) => event.appId)).toEqual([null, "/2", "/1", "/1", "/2", "/2"]);
  });

  it("gives up a frame without an end, and begins anew", async () => {
    const server = await streams(
      (response) => {
        open(response).write("data: ");
        const more = Buffer.alloc(1024 * 1024, "x");
        const pump = (): void => {
          while (!response.destroyed && response.write(more));
          if (!response.destroyed) response.once("drain", pump);
        };
        pump();
      },
      (response) => open(response).write(frame("a", "/1")),
    );
    expect((await take(server.url, 3)).map((event) => event.type)).toEqual(["connected", "connected", "a"]);
  });

  it.each([
    ["1.4 and later", false, { taskId: "my-app.instance-c7c311a4-b669-11e6-a48f-0ea4f4b1778c" }],
    ["earlier", true, { appId: "/my-app" }],
  ])("reads what others hold for Marathon's events: %s", async (_what, old, sick) => {
    const bus = await startBus(old);
    opened.push(bus);
    const marathon = createMarathon({ urls: [bus.url], log, timeoutMs: 2000 });
    const abort = new AbortController();
    const seen: MarathonEvent[] = [];
    const types = [
      "status_update_event",
      "api_post_event",
      "deployment_success",
      "deployment_info",
      "deployment_failed",
      "health_status_changed_event",
      "unhealthy_task_kill_event",
      "group_change_failed",
      "framework_message_event",
    ];
    for await (const event of marathon.events(abort.signal)) {
      seen.push(event);
      if (event.type === "connected") await bus.connected;
      const next = types[seen.length - 1];
      if (next === undefined) abort.abort();
      else bus.send(next);
    }
    await marathon.close();
    expect(seen.map((event) => event.type)).toEqual(["connected", ...types]);
    expect(seen.find((event) => event.type === "status_update_event")).toMatchObject({ appId: "/my-app", taskStatus: "TASK_RUNNING" });
    expect(seen.find((event) => event.type === "api_post_event")).toMatchObject({ appId: "/my-app" });
    expect(seen.find((event) => event.type === "health_status_changed_event")).toMatchObject(sick);
    const deployed = seen.find((event) => event.type === "deployment_success");
    expect(deployed?.deploymentId).toMatch(/^[0-9a-f-]{36}$/);
    expect(deployed?.appIds.length).toBeGreaterThan(0);
  });

  it("ends at once when it is no longer wanted, also while waiting for a server that is away", async () => {
    const marathon = createMarathon({ urls: ["http://127.0.0.1:1"], log });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 600);
    const started = performance.now();
    for await (const event of marathon.events(abort.signal)) throw new Error(event.type);
    expect(performance.now() - started).toBeLessThan(2000);
    await marathon.close();
  });
});
