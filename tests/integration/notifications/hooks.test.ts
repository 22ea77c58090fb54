import { createHmac } from "node:crypto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { createHook, removeHook, updateHook } from "#lib/domain/hooks/commands/edit.ts";
import { redeliverOutgoing, testHook } from "#lib/domain/hooks/commands/send.ts";
import { getProjectHooks } from "#lib/domain/hooks/queries.ts";
import { sendHooks } from "#lib/domain/hooks/send.ts";
import { fanOut } from "#lib/domain/notifications/fan-out.ts";
import type { OutboxContext } from "#lib/domain/notifications/outbox.ts";
import { createHttpClient } from "#lib/platform/outbound-http/client.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type TellingStage, openTellingStage } from "./stage.ts";

interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let stage: TellingStage;
let server: Server;
let origin: string;
let answerWith: number;
const received: Received[] = [];

beforeAll(async () => {
  stage = await openTellingStage();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      const location = answerWith === 302 ? { location: `${origin}/elsewhere` } : {};
      response.writeHead(answerWith, location).end(answerWith === 200 ? "ok" : "no\nno");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  origin = `http://127.0.0.1:${address.port}`;
});

beforeEach(async () => {
  await stage.owner.outgoingMessage.updateMany({ where: { state: "waiting" }, data: { state: "dropped" } });
  received.length = 0;
  answerWith = 200;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await stage.end();
});

const outbox = (allowedHosts = [new URL(origin).host], pausesSeconds: readonly number[] = [0, 0]): OutboxContext => ({
  database: stage.worker,
  settings: stage.context.settings,
  log: stage.log,
  sealingKey: stage.sealingKey,
  mailer: null,
  http: createHttpClient({ timeoutMs: 3_000, maxBodyBytes: 65_536, policy: "user", allowedHosts }),
  pausesSeconds,
});
const tell = () => fanOut({ database: stage.worker, settings: stage.context.settings, log: stage.log, mails: false });

async function hooked(fields: { url?: string; format?: "signed" | "slack" } = {}) {
  const project = await stage.project();
  const place = await stage.environment(project, admin);
  const hook = await createHook.run(stage.context, admin, {
    project: project.slug,
    name: "Our bot",
    format: fields.format ?? "signed",
    url: fields.url ?? `${origin}/bot?token=hidden`,
    kinds: ["deployment.live", "deployment.failed"],
  });
  return { project, place, hook };
}

const log = async (slug: string) => (await getProjectHooks(stage.context, admin, slug)).sent;

describe("a webhook", () => {
  it("is told what it was made for, signed over time and body with the secret that was shown once", async () => {
    const { place, hook, project } = await hooked();
    await stage.happen(place, "deployment.live");
    await stage.happen(place, "verdict.voided");
    await tell();
    expect(await sendHooks(outbox())).toBe(1);
    const [{ headers, body, path } = { headers: {}, body: "", path: "" }] = received;
    expect(path).toBe("/bot?token=hidden");
    const [, time = "", signature = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-berth-signature"])) ?? [];
    expect(signature).toBe(
      createHmac("sha256", hook.secret ?? "")
        .update(`${time}.${body}`)
        .digest("hex"),
    );
    expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(60);
    expect(JSON.parse(body)).toMatchObject({
      id: headers["x-berth-delivery"],
      kind: "deployment.live",
      project: { slug: project.slug },
      deployment: { id: place.deploymentId, number: 1 },
    });
    expect(await log(project.slug)).toMatchObject([{ state: "sent", attempts: 1, answer: 200, hook: "Our bot" }]);
  });

  it("speaks Slack without letting a name become a link or a call to everybody", async () => {
    const { place, project } = await hooked({ format: "slack" });
    await stage.owner.project.update({ where: { id: project.id }, data: { name: "<!channel> & <http://evil|x>" } });
    await stage.happen(place, "deployment.live");
    await tell();
    await sendHooks(outbox());
    const text = String(JSON.parse(received[0]?.body ?? "{}").text);
    expect(text).toContain("&lt;!channel&gt; &amp; &lt;http://evil|x&gt;");
    expect(text.match(/</g)).toHaveLength(1);
    expect(received[0]?.headers["x-berth-signature"]).toBeUndefined();
  });

  it("is tried again after growing pauses under the same id, and given up at the limit", async () => {
    const { place, project } = await hooked();
    answerWith = 500;
    await stage.happen(place, "deployment.failed");
    await tell();
    for (let round = 0; round < 5; round++) await sendHooks(outbox());
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ headers }) => headers["x-berth-delivery"])).size).toBe(1);
    expect(await log(project.slug)).toMatchObject([{ state: "failed", attempts: 3, answer: 500, problem: "no no" }]);
  });

  it("is not tried before its pause is over", async () => {
    const { place } = await hooked();
    answerWith = 503;
    await stage.happen(place, "deployment.failed");
    await tell();
    await sendHooks(outbox(undefined, [60, 60]));
    await sendHooks(outbox(undefined, [60, 60]));
    expect(received).toHaveLength(1);
  });

  it("does not follow a redirect, which nobody has allowed", async () => {
    const { place, project } = await hooked();
    answerWith = 302;
    await stage.happen(place, "deployment.failed");
    await tell();
    await sendHooks(outbox());
    expect(received.map(({ path }) => path)).toEqual(["/bot?token=hidden"]);
    expect((await log(project.slug))[0]?.answer).toBe(302);
  });

  it("reaches no private address unless the operator allows exactly that one", async () => {
    const { place, project } = await hooked();
    await stage.happen(place, "deployment.failed");
    await tell();
    await sendHooks(outbox([]));
    expect(received).toEqual([]);
    expect((await log(project.slug))[0]?.problem).toMatch(/not allowed/);
  });

  it.each(["http://169.254.169.254/latest", "http://[::1]:80/", "http://localhost:1/", "http://127.0.0.1.:9/", "http://0x7f000001:9/"])(
    "never reaches %s",
    async (url) => {
      const { place, project } = await hooked({ url });
      await stage.happen(place, "deployment.failed");
      await tell();
      await sendHooks(outbox([]));
      expect((await log(project.slug))[0]?.problem).toMatch(/not allowed/);
    },
  );

  it.each(["ftp://example.org/x", "https://user:pw@example.org/", "not a url", "javascript:alert(1)"])(
    "cannot be made for %s",
    async (url) => {
      await expect(hooked({ url })).rejects.toMatchObject({ code: "invalid_input" });
    },
  );

  it("whose worker died while sending is sent again after the claim ran out, and by one worker only", async () => {
    const { place, hook } = await hooked();
    await stage.happen(place, "deployment.failed");
    await tell();
    await stage.owner.outgoingMessage.updateMany({ where: { hookId: hook.id }, data: { claimedUntil: new Date(Date.now() + 60_000) } });
    expect(await sendHooks(outbox())).toBe(0);
    await stage.owner.outgoingMessage.updateMany({ where: { hookId: hook.id }, data: { claimedUntil: new Date(Date.now() - 1) } });
    await Promise.all([sendHooks(outbox()), sendHooks(outbox()), sendHooks(outbox())]);
    expect(received).toHaveLength(1);
  });

  it("with a hundred things to hear keeps another one waiting for nothing", async () => {
    const busy = await hooked();
    const other = await hooked({ url: `${origin}/other` });
    const row = { channel: "hook", kind: "deployment.live", body: {}, projectId: busy.project.id };
    await stage.owner.outgoingMessage.createMany({
      data: Array.from({ length: 100 }, () => ({
        ...row,
        recipient: busy.hook.id,
        hookId: busy.hook.id,
        nextAt: new Date(Date.now() - 60_000),
      })),
    });
    await testHook.run(stage.context, admin, { hook: other.hook.id });
    expect(await sendHooks(outbox())).toBe(5);
    expect(received.map(({ path }) => path)).toContain("/other");
  });

  it("that is switched off or removed hears nothing more, of what waits neither", async () => {
    const { place, hook, project } = await hooked();
    await stage.happen(place, "deployment.failed");
    await tell();
    await updateHook.run(stage.context, admin, { hook: hook.id, enabled: false });
    await sendHooks(outbox());
    expect(received).toEqual([]);
    await stage.happen(place, "deployment.failed");
    await tell();
    expect(await log(project.slug)).toHaveLength(1);
    await removeHook.run(stage.context, admin, { hook: hook.id });
    expect(await log(project.slug)).toEqual([]);
    expect(await stage.owner.sealedSecret.count({ where: { scope: { startsWith: `hook:${hook.id}` } } })).toBe(0);
  });

  it("can be tried, and a delivery sent again", async () => {
    const { hook, project } = await hooked();
    await testHook.run(stage.context, admin, { hook: hook.id });
    await sendHooks(outbox());
    expect(JSON.parse(received[0]?.body ?? "{}")).toMatchObject({ kind: "test" });
    const [delivery] = await log(project.slug);
    await redeliverOutgoing.run(stage.context, admin, { delivery: delivery?.id });
    await sendHooks(outbox());
    expect(received).toHaveLength(2);
    expect(received[1]?.headers["x-berth-delivery"]).toBe(received[0]?.headers["x-berth-delivery"]);
  });

  it("is for whoever administers the project: for others it is not there, and its address comes back to nobody", async () => {
    const { hook, project } = await hooked();
    const dev = await stage.person("Deva", { project: project.id, roles: ["developer"] });
    const stranger = await stage.person("Oskar");
    await expect(removeHook.run(stage.context, await dev.actor(), { hook: hook.id })).rejects.toMatchObject({ code: "forbidden" });
    await expect(removeHook.run(stage.context, await stranger.actor(), { hook: hook.id })).rejects.toMatchObject({ code: "not_found" });
    await expect(getProjectHooks(stage.context, await dev.actor(), project.slug)).rejects.toMatchObject({ code: "forbidden" });
    expect(
      JSON.stringify(await getProjectHooks(stage.context, admin, project.slug), (_key, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      ),
    ).not.toContain("hidden");
  });
});
