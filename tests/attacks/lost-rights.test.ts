import { randomUUID } from "node:crypto";
import { type ClientRequest, request as httpRequest } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openStanding, type Reply, send, type Standing } from "#tests/integration/access/standing.ts";

let stage: Standing;

beforeAll(async () => {
  stage = await openStanding();
});
afterAll(() => stage?.end());

const patience = { timeout: 10_000 };
const own = () => stage.world.projects.own;

async function rest(token: string | null, method: string, path: string, body?: unknown): Promise<Reply> {
  return send(stage.origin, `/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const admin = (method: string, path: string, body?: unknown) => rest(stage.who("admin").token, method, path, body);

/** Somebody new with a token of his own. */
async function newcomer(name: string): Promise<{ id: string; token: string }> {
  const email = `${name}-${randomUUID()}@example.org`;
  const person = JSON.parse((await admin("POST", "/people", { email, name })).body);
  const made = await admin("POST", "/tokens", { person: email, name: "of the test" });
  expect(made.status).toBe(201);
  const { token } = JSON.parse(made.body);
  return { id: String(person.id), token: String(token) };
}

const give = async (person: string, roles: readonly string[]) =>
  expect((await admin("PUT", `/projects/${own().slug}/members`, { person, roles })).status).toBe(200);
const isUsed = async (personId: string) => (await stage.owner.apiToken.count({ where: { personId, lastUsedAt: { not: null } } })) > 0;
const basic = (token: string) => ({ authorization: `Basic ${Buffer.from(`x:${token}`).toString("base64")}` });

interface Held {
  readonly request: ClientRequest;
  /** The answer's status, or `closed`. */
  readonly end: Promise<number | "closed">;
}

/** Begins a request and holds its body open. */
function hold(path: string, headers: Readonly<Record<string, string>>, begin: string | Buffer): Held {
  const { port, host } = new URL(stage.origin);
  const request = httpRequest({ host: "127.0.0.1", port, path, method: "POST", agent: false, headers: { host, ...headers } });
  request.write(begin);
  const end = new Promise<number | "closed">((done) => {
    request.once("error", () => done("closed"));
    request.once("response", (response) => {
      response.once("end", () => done(response.statusCode ?? 0)).once("error", () => done("closed"));
      response.resume();
    });
  });
  return { request, end };
}

describe("a right that is lost while a request is under way", () => {
  test("does nothing any more when the body of a REST request ends after it", async () => {
    const mal = await newcomer("Mal");
    expect((await admin("PATCH", `/people/${mal.id}`, { isAdmin: true })).status).toBe(200);
    const email = `back-door-${randomUUID()}@example.org`;
    const text = JSON.stringify({ email, name: "Back door", isAdmin: true });
    const headers = {
      authorization: `Bearer ${mal.token}`,
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
    };
    const held = hold("/api/v1/people", headers, text.slice(0, 10));
    await expect.poll(() => isUsed(mal.id), patience).toBe(true);
    expect((await admin("PATCH", `/people/${mal.id}`, { disabled: true })).status).toBe(200);
    held.request.end(text.slice(10));
    expect(await held.end).toBe(401);
    expect(await stage.owner.person.count({ where: { email } })).toBe(0);
  });

  test("a role that is lost meanwhile counts as well", async () => {
    const dev = await newcomer("Dev");
    await give(dev.id, ["developer"]);
    const text = JSON.stringify({ ref: "issue-2" });
    const headers = { authorization: `Bearer ${dev.token}`, "content-type": "application/json", "content-length": String(text.length) };
    const held = hold(`/api/v1/projects/${own().slug}/environments`, headers, text.slice(0, 5));
    await expect.poll(() => isUsed(dev.id), patience).toBe(true);
    await give(dev.id, []);
    held.request.end(text.slice(5));
    expect(await held.end).toBe(404);
  });

  test("a stranger is refused before his body is here", async () => {
    const headers = { authorization: "Bearer berth_nobody_has_this_token", "content-type": "application/json", "content-length": "100" };
    const held = hold("/api/v1/people", headers, "{");
    expect(await held.end).toBe(401);
    held.request.destroy();
  });

  test("a body that never ends is answered with 408 after half a minute", { timeout: 60_000 }, async () => {
    const headers = { authorization: `Bearer ${stage.who("admin").token}`, "content-type": "application/json", "content-length": "100" };
    const held = hold("/api/v1/people", headers, "{");
    expect(await held.end).toBe(408);
    held.request.destroy();
  });

  test("ends a push in the middle, and nothing of it is there", { timeout: 60_000 }, async () => {
    const dev = await newcomer("Pusher");
    await give(dev.id, ["developer"]);
    const line = `${"0".repeat(40)} ${"1".repeat(40)} refs/heads/late\0 report-status\n`;
    const list = `${(line.length + 4).toString(16).padStart(4, "0")}${line}0000PACK`;
    const type = { "content-type": "application/x-git-receive-pack-request", "transfer-encoding": "chunked" };
    const held = hold(`/git/${own().slug}.git/git-receive-pack`, { ...basic(dev.token), ...type }, Buffer.from(list, "latin1"));
    const reads = hold(
      `/git/${own().slug}.git/git-upload-pack`,
      {
        ...basic(dev.token),
        "content-type": "application/x-git-upload-pack-request",
        "transfer-encoding": "chunked",
      },
      "0011command=fetch",
    );
    // By then the push has been let in.
    await expect.poll(() => isUsed(dev.id), patience).toBe(true);
    const ring = `sync-refs:${own().id}`;
    await expect
      .poll(
        async () => (await stage.owner.$queryRaw<unknown[]>`SELECT 1 AS one FROM graphile_worker.jobs WHERE key = ${ring}`).length,
        patience,
      )
      .toBe(1);
    await give(dev.id, []);
    expect([await held.end, await reads.end]).toEqual(["closed", "closed"]);
    const refs = await send(stage.origin, `/git/${own().slug}.git/info/refs?service=git-upload-pack`, {
      headers: basic(stage.who("admin").token ?? ""),
    });
    expect([refs.status, refs.body.includes("refs/heads/late")]).toEqual([200, false]);
    await expect
      .poll(() => stage.owner.auditEntry.findFirst({ where: { actorId: dev.id, action: "repository.push" } }), patience)
      .toMatchObject({ outcome: "denied", reason: "forbidden", projectId: own().id });
  });
});

describe("what a curious person with a token or a session can do to others", () => {
  test("a session has ten streams open and no more, and each that ends makes room", async () => {
    const cookie = await stage.cookie(stage.who("tester"));
    const path = `/stream/projects/${own().id}`;
    const { port, host } = new URL(stage.origin);
    const open = () =>
      new Promise<{ status: number; retryAfter: string | undefined; close: () => void }>((done, fail) => {
        const request = httpRequest({ host: "127.0.0.1", port, path, agent: false, headers: { host, cookie } });
        request.once("error", fail).once("response", (response) => {
          response.on("error", () => undefined).resume();
          done({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], close: () => request.destroy() });
        });
        request.end();
      });
    const streams = await Promise.all(Array.from({ length: 10 }, open));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(await open()).toMatchObject({ status: 429, retryAfter: "15" });
    const others = await send(stage.origin, path, { headers: { cookie: await stage.cookie(stage.who("developer")) }, headOnly: true });
    expect(others.status).toBe(200);
    streams[0]?.close();
    await expect.poll(async () => (await send(stage.origin, path, { headers: { cookie }, headOnly: true })).status, patience).toBe(200);
    for (const { close } of streams) close();
  });

  test("Git writes down a look at an unknown repository as it does at a hidden one, and not without end", { timeout: 60_000 }, async () => {
    const out = await newcomer("Out");
    const look = async (slug: string) =>
      (await send(stage.origin, `/git/${slug}.git/info/refs?service=git-upload-pack`, { headers: basic(out.token) })).status;
    const entries = () =>
      stage.owner.auditEntry.findMany({
        where: { actorId: out.id },
        select: { action: true, objectType: true, objectId: true, projectId: true, outcome: true, reason: true },
      });
    expect([await look(own().slug), await look("no-such-one")]).toEqual([404, 404]);
    const [hidden, unknown] = await entries();
    expect(hidden).toMatchObject({ action: "repository.fetch", outcome: "denied", reason: "not_found" });
    expect(unknown).toEqual(hidden);
    for (let round = 0; round < 40; round += 1) await Promise.all([look(own().slug), look("no-such-one")]);
    expect(await entries()).toHaveLength(30);
  });

  test("the way into an environment is for whoever opens it in a tab, not for another site's picture, script or frame", async () => {
    const cookie = await stage.cookie(stage.who("developer"));
    const path = `/open?host=${own().spots.review.host}&path=/&state=${"0".repeat(64)}`;
    const codes = () => stage.owner.handOff.count();
    const before = await codes();
    for (const [mode, dest] of [
      ["no-cors", "image"],
      ["no-cors", "script"],
      ["cors", "empty"],
      ["navigate", "iframe"],
    ] as const) {
      const reply = await send(stage.origin, path, { headers: { cookie, "sec-fetch-mode": mode, "sec-fetch-dest": dest } });
      expect(reply.status, dest).toBe(403);
    }
    expect(await codes()).toBe(before);
    const opened = await send(stage.origin, path, { headers: { cookie, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" } });
    expect([opened.status, await codes()]).toEqual([303, before + 1]);
  });
});
