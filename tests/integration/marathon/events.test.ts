import type { ServerResponse } from "node:http";

import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";

import { type MarathonEvent, createMarathon } from "#lib/adapters/marathon/client.ts";

import { type AnsweringServer, startAnswering } from "./answering-server.ts";

const opened: { stop(): Promise<void> }[] = [];
const log = pino({ level: "silent" });

afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.stop();
});

/** A stream server whose n-th connection is played by the n-th script; the last one goes on. */
async function streams(...scripts: ((response: ServerResponse) => unknown)[]): Promise<AnsweringServer> {
  let connection = 0;
  const server = await startAnswering(() => (_request, response) => {
    const script = scripts[Math.min(connection++, scripts.length - 1)];
    script?.(response);
  });
  opened.push(server);
  return server;
}

const open = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" });

async function take(url: string, count: number, eventIdleMs?: number): Promise<MarathonEvent[]> {
  const marathon = createMarathon({ urls: [url], log, timeoutMs: 2000, eventIdleMs });
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
    expect(server.asked[0]).toMatchObject({ url: "/v2/events?plan-format=light", headers: { accept: "text/event-stream" } });
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
    expect(server.asked).toHaveLength(2);
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
