import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Server, createServer, request as httpRequest } from "node:http";

import githubExamples from "@octokit/webhooks-examples";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { getProjectHooks } from "#lib/domain/hooks/queries.ts";
import { redeliverInbound } from "#lib/domain/inbound-hooks/commands/redeliver.ts";
import { removeInboundHook, rotateInboundSecret } from "#lib/domain/inbound-hooks/commands/secret.ts";
import { type InboundForge, inboundForges } from "#lib/domain/inbound-hooks/forges.ts";
import { verifyWebhook } from "#lib/domain/inbound-hooks/verify.ts";
import { createEventHub } from "#lib/server/event-hub.ts";
import { webhookDoor } from "#lib/server/webhook-door.ts";
import { admin } from "#tests/integration/domain/stage.ts";
import { type TellingStage, openTellingStage } from "#tests/integration/notifications/stage.ts";

import { type Example, examples } from "./payloads.ts";
import { send, signed, standard } from "./sending.ts";

let stage: TellingStage;
let server: Server;
let port: number;

beforeAll(async () => {
  stage = await openTellingStage();
  globalThis.berthWebServices = {
    database: stage.context.database,
    settings: stage.context.settings,
    hub: createEventHub("postgres://nobody@127.0.0.1:1/none", stage.log),
    log: stage.log,
    authSecret: "a secret of the tests, long enough to be one",
    home: "/nonexistent",
  };
  server = createServer((request, response) => {
    void webhookDoor(request, response).then((known) => known || response.writeHead(599).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  ({ port } = address);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await globalThis.berthWebServices?.hub.close();
  globalThis.berthWebServices = undefined;
  await stage.end();
});

const post = (path: string, headers: Readonly<Record<string, string>>, body: Buffer | string, method = "POST") =>
  send({ port, path, headers, method }, body);

async function hooked(forge: InboundForge) {
  const project = await stage.project();
  const { secret, url } = await rotateInboundSecret.run(stage.context, admin, { project: project.slug, forge });
  return { project, secret, path: new URL(url).pathname };
}

const jobs = async (projectId: string) => {
  const rows = await stage.owner.$queryRaw<
    Array<{ key: string }>
  >`SELECT key FROM graphile_worker.jobs WHERE key = ${`sync-refs:${projectId}`}`;
  return rows.length;
};
const clearJobs = () => stage.owner.$executeRaw`DELETE FROM graphile_worker._private_jobs`;
const log = async (slug: string) => (await getProjectHooks(stage.context, admin, slug)).received;
const push = JSON.stringify({ ref: "refs/heads/main", before: "0".repeat(40), after: "1".repeat(40) });

describe.each(Object.entries(examples))("%s", (name, list) => {
  const forge = inboundForges.find((one) => one === name) ?? "gitea";
  it.each(list.map((example) => [example.event, example] as const))(
    "is believed when it signs %s rightly, and only asks for a look",
    async (_event, example: Example) => {
      const { project, secret, path } = await hooked(forge);
      await clearJobs();
      const body = JSON.stringify(example.body);
      expect((await post(path, { ...example.headers, ...signed(forge, secret, body) }, body)).status).toBe(202);
      expect(await log(project.slug)).toMatchObject([{ outcome: example.outcome, event: example.event, ref: example.ref, forge }]);
      expect(await jobs(project.id)).toBe(example.outcome === "taken" ? 1 : 0);
      expect(await stage.owner.ref.count({ where: { projectId: project.id } })).toBe(0);
    },
  );
});

describe("github", () => {
  const wanted = ["push", "create", "delete", "pull_request", "ping"];
  const found = githubExamples
    .filter(({ name }) => wanted.includes(name))
    .flatMap(({ name, examples: list }) => list.slice(0, 6).map((body, index) => [name, index, body] as const));

  it("has examples of everything Berth listens to", () => {
    expect(new Set(found.map(([name]) => name))).toEqual(new Set(wanted));
  });

  it.each(found)("%s, example %i, is taken with its signature and refused with another", async (name, _index, payload) => {
    const { secret, path, project } = await hooked("github");
    const body = JSON.stringify(payload);
    const headers = { "x-github-event": name, "x-github-delivery": randomUUID() };
    expect((await post(path, { ...headers, ...signed("github", `${secret}x`, body) }, body)).status).toBe(401);
    expect((await post(path, { ...headers, ...signed("github", secret, body) }, body)).status).toBe(202);
    expect((await log(project.slug)).map(({ outcome }) => outcome)).toEqual([name === "ping" ? "ignored" : "taken", "refused"]);
  });

  it("may send its payload in a form, signed over the form's bytes", async () => {
    const { secret, path, project } = await hooked("github");
    const body = new URLSearchParams({ payload: push }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-github-event": "push", "x-github-delivery": "1" };
    expect((await post(path, { ...headers, ...signed("github", secret, body) }, body)).status).toBe(202);
    expect((await log(project.slug))[0]?.ref).toBe("refs/heads/main");
  });
});

describe("a webhook that is not right", () => {
  it.each([
    ["unsigned", {}],
    ["signed with nothing", { "x-hub-signature-256": "" }],
    ["with the prefix alone", { "x-hub-signature-256": "sha256=" }],
    ["cut short", { "x-hub-signature-256": `sha256=${"a".repeat(62)}` }],
    ["not in hex", { "x-hub-signature-256": `sha256=${"z".repeat(64)}` }],
    ["signed by SHA-1 only", { "x-hub-signature": `sha1=${"a".repeat(40)}` }],
    ["with GitLab's token", { "x-gitlab-token": "whsec_x" }],
  ])("%s is refused in the same words as one for a project that is not there", async (_words, headers) => {
    const { path, project } = await hooked("github");
    await clearJobs();
    const answer = await post(path, headers, push);
    const nowhere = await post("/webhooks/github/no-such-project", headers, push);
    expect(answer).toEqual(nowhere);
    expect(answer.status).toBe(401);
    expect(await jobs(project.id)).toBe(0);
  });

  it("is refused when it is another project's, another forge's or signed by a secret that was replaced", async () => {
    const { path, project, secret } = await hooked("github");
    const other = await hooked("github");
    expect((await post(path, signed("github", other.secret, push), push)).status).toBe(401);
    expect((await post(path.replace("/github/", "/gitea/"), signed("gitea", secret, push), push)).status).toBe(401);
    await rotateInboundSecret.run(stage.context, admin, { project: project.slug, forge: "github" });
    expect((await post(path, signed("github", secret, push), push)).status).toBe(401);
    await removeInboundHook.run(stage.context, admin, { project: project.slug, forge: "github" });
    expect((await post(path, signed("github", secret, push), push)).status).toBe(401);
  });

  it("never fits an empty secret, whatever it is signed with", () => {
    for (const forge of inboundForges) {
      const raw = Buffer.from(push);
      expect(verifyWebhook(forge, signed(forge, "", raw), raw, "", new Date()).ok).toBe(false);
    }
  });

  it("has its signature checked over the bytes as they came, not over the JSON they mean", async () => {
    const { path, secret } = await hooked("github");
    const spaced = `${push} `;
    expect((await post(path, signed("github", secret, push), spaced)).status).toBe(401);
  });

  it.each(["not json", "[]", "7", "null", ""])("with the body %j is told so, signed or not, and stops nothing", async (body) => {
    const { path, secret } = await hooked("github");
    expect((await post(path, { ...signed("github", secret, body), "x-github-event": "push" }, body)).status).toBe(400);
  });

  it("of a megabyte of brackets is answered within seconds", async () => {
    const { path, secret } = await hooked("github");
    const body = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
    const started = performance.now();
    expect((await post(path, signed("github", secret, body), body)).status).toBe(400);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("is compared in constant time, and only so", () => {
    const source = readFileSync("lib/domain/inbound-hooks/verify.ts", "utf8");
    expect(source.match(/timingSafeEqual\(/g)).toHaveLength(3);
    expect(source).not.toMatch(/(?:digest\([^)]*\)|expected|secret)\s*[!=]==/);
  });
});

describe("size", () => {
  it("up to five megabytes is read", async () => {
    const { path, secret } = await hooked("github");
    const body = JSON.stringify({ ref: "refs/heads/main", filler: "x".repeat(5 * 1024 * 1024 - 100) });
    expect((await post(path, { ...signed("github", secret, body), "x-github-event": "push" }, body)).status).toBe(202);
  });

  it("beyond is refused before a byte of it was read", async () => {
    const { path } = await hooked("github");
    const answer = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(
        { host: "127.0.0.1", port, path, method: "POST", headers: { "content-length": String(25 * 1024 * 1024) } },
        (response) => {
          resolve(response.statusCode ?? 0);
          request.destroy();
        },
      );
      request.on("error", reject);
      request.flushHeaders();
    });
    expect(answer).toBe(413);
  });

  it("that is not said beforehand is noticed on the way", async () => {
    const { path } = await hooked("github");
    const answer = await new Promise<number>((resolve) => {
      const request = httpRequest(
        { host: "127.0.0.1", port, path, method: "POST", headers: { "transfer-encoding": "chunked" } },
        (response) => {
          resolve(response.statusCode ?? 0);
          request.destroy();
        },
      );
      request.on("error", () => undefined);
      const piece = Buffer.alloc(1024 * 1024, 97);
      for (let count = 0; count < 7; count++) request.write(piece);
    });
    expect(answer).toBe(413);
  });
});

describe("the same again", () => {
  it("has one effect, also when a hundred arrive at once", async () => {
    const { path, secret, project } = await hooked("github");
    await clearJobs();
    const headers = { ...signed("github", secret, push), "x-github-event": "push", "x-github-delivery": "one" };
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(path, headers, push)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(99);
    expect(await log(project.slug)).toHaveLength(1);
    expect(await jobs(project.id)).toBe(1);
  });

  it("under another id asks once more for the same look, which is one job", async () => {
    const { path, secret, project } = await hooked("gitea");
    await clearJobs();
    for (const id of ["one", "two", "three"])
      await post(path, { ...signed("gitea", secret, push), "x-gitea-event": "push", "x-gitea-delivery": id }, push);
    expect(await jobs(project.id)).toBe(1);
    expect(await log(project.slug)).toHaveLength(3);
  });

  it("cannot be used up by somebody without the secret", async () => {
    const { path, secret } = await hooked("github");
    const headers = { "x-github-event": "push", "x-github-delivery": "mine" };
    await post(path, { ...headers, ...signed("github", "x".repeat(40), push) }, push);
    expect((await post(path, { ...headers, ...signed("github", secret, push) }, push)).status).toBe(202);
  });

  it("can be asked for by an admin, and by nobody else; a refused one cannot", async () => {
    const { path, secret, project } = await hooked("github");
    await post(path, { ...signed("github", secret, push), "x-github-event": "push", "x-github-delivery": "a" }, push);
    await post(path, { "x-github-event": "push" }, push);
    const [refused, taken] = await log(project.slug);
    await clearJobs();
    await redeliverInbound.run(stage.context, admin, { delivery: taken?.id });
    expect(await jobs(project.id)).toBe(1);
    await expect(redeliverInbound.run(stage.context, admin, { delivery: refused?.id })).rejects.toMatchObject({ code: "conflict" });
    const dev = await stage.person("Deva", { project: project.id, roles: ["developer"] });
    await expect(redeliverInbound.run(stage.context, await dev.actor(), { delivery: taken?.id })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("a signed time", () => {
  it.each(["gitlab", "generic"] as const)("of now is taken from %s, of an hour ago or ahead is not", async (forge) => {
    const { path, secret } = await hooked(forge);
    const event: Record<string, string> = forge === "gitlab" ? { "x-gitlab-event": "Push Hook" } : {};
    const now = Date.now();
    expect((await post(path, { ...event, ...standard(secret, push, new Date(now - 3_600_000)) }, push)).status).toBe(401);
    expect((await post(path, { ...event, ...standard(secret, push, new Date(now + 3_600_000)) }, push)).status).toBe(401);
    expect((await post(path, { ...event, ...standard(secret, push, new Date(now)) }, push)).status).toBe(202);
    const forged = { ...standard(secret, push, new Date(now)), "webhook-timestamp": String(Math.floor(now / 1000) + 1) };
    expect((await post(path, { ...event, ...forged }, push)).status).toBe(401);
  });
});

describe("the address", () => {
  it("takes nothing but POST, and knows no other forges", async () => {
    const { path, secret } = await hooked("github");
    expect((await post(path, {}, "", "GET")).status).toBe(405);
    expect((await post(path.replace("/github/", "/sourceforge/"), signed("github", secret, push), push)).status).toBe(404);
    expect((await post(`${path}/more`, signed("github", secret, push), push)).status).toBe(404);
    expect((await post("/elsewhere", {}, push)).status).toBe(599);
  });

  it("is not told from one that nobody has by what is answered while the body is held back", async () => {
    const { path } = await hooked("github");
    const answers: string[] = [];
    const begun = ["/webhooks/github/nobody-has-this", path].map((target) => {
      const request = httpRequest(
        { host: "127.0.0.1", port, path: target, method: "POST", headers: { "content-length": "10" } },
        (response) => {
          answers.push(`${target === path} ${response.statusCode}`);
          response.resume();
        },
      );
      request.on("error", () => undefined);
      request.flushHeaders();
      return request;
    });
    // Long enough for an answer that needs no body: another one comes and goes twice.
    for (let count = 0; count < 2; count += 1) expect((await post("/webhooks/github/nobody-has-this", {}, push)).status).toBe(401);
    expect(answers).toEqual([]);
    const ended = begun.map((request) => new Promise((resolve) => request.on("close", resolve)));
    for (const request of begun) request.end("0123456789");
    await Promise.all(ended);
    expect(answers.toSorted()).toEqual(["false 401", "true 401"]);
  });

  it("shows its secret once: the database holds it locked, and the page never has it", async () => {
    const { project, secret } = await hooked("github");
    const row = await stage.owner.inboundHook.findFirstOrThrow({ where: { projectId: project.id } });
    expect(Buffer.from(row.ciphertext).includes(Buffer.from(secret))).toBe(false);
    expect(JSON.stringify(await getProjectHooks(stage.context, admin, project.slug))).not.toContain(secret);
    const audit = await stage.owner.auditEntry.findMany({ where: { projectId: project.id } });
    expect(JSON.stringify(audit, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))).not.toContain(secret);
  });

  it("a flood of one project's webhooks is told to wait", async () => {
    const { path, secret, project } = await hooked("github");
    await stage.owner.inboundDelivery.createMany({
      data: Array.from({ length: 300 }, () => ({ projectId: project.id, forge: "github", event: "push", outcome: "taken", bytes: 1 })),
    });
    expect((await post(path, { ...signed("github", secret, push), "x-github-event": "push" }, push)).status).toBe(429);
  });
});
