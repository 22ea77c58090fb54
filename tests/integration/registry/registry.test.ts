import { randomBytes } from "node:crypto";
import { type Server, createServer } from "node:http";
import { Readable } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { buildImage } from "#lib/adapters/docker/build.ts";
import { removeImage, tagImage } from "#lib/adapters/docker/images.ts";
import { pushImage } from "#lib/adapters/docker/push.ts";
import { createRegistry } from "#lib/adapters/registry/client.ts";

import { ensureTestBase, findTestEngine, removeImagesOf, tarOf, testBase } from "../docker/test-engine.ts";
import { type TestRegistry, freePort, hasRegistry, startTestRegistry } from "./start-registry.ts";
import { type TokenFront, startTokenFront } from "./token-front.ts";

const engine = await findTestEngine();
const mark = randomBytes(4).toString("hex");
const quiet = { onOutput: () => undefined, signal: new AbortController().signal, timeoutMs: 30_000 };

async function buildInto(reference: string, dockerfile: string): Promise<void> {
  if (!engine) throw new Error("no engine");
  const context = Readable.from([await tarOf({ Dockerfile: dockerfile })]);
  await buildImage(engine, { ...quiet, context, dockerfile: "Dockerfile", reference, labels: { "berth.test": mark } });
}

describe.skipIf(!engine || !(await hasRegistry()))("pushing to a registry and asking it", () => {
  let registry: TestRegistry;

  beforeAll(async () => {
    if (engine) await ensureTestBase(engine);
    registry = await startTestRegistry();
  });
  afterAll(async () => {
    await registry.stop();
    if (engine) await removeImagesOf(engine, `berth.test=${mark}`);
  });

  it("pushes a BuildKit image, and the registry knows it by the digest that came back", async () => {
    if (!engine) return;
    const repository = `${registry.host}/shop`;
    await buildInto(`${repository}:1`, `FROM ${testBase}\nRUN echo ${mark} > /a\n`);
    const lines: string[] = [];
    const pushed = await pushImage(engine, { ...quiet, repository, tag: "1", onOutput: (text) => lines.push(text) });
    expect(pushed.digest).toMatch(/^sha256:[a-f0-9]{64}$/);
    expect(pushed.sizeBytes).toBeGreaterThan(100_000);
    expect(lines.join("")).toMatch(/: Pushed\n/);
    const client = createRegistry({ url: registry.url });
    expect(await client.ping()).toBe(true);
    expect(await client.digestOf("shop", "1")).toBe(pushed.digest);
    expect(await client.digestOf("shop", pushed.digest)).toBe(pushed.digest);
    expect(await client.digestOf("shop", "none")).toBeNull();
    expect(await client.digestOf("nobody", "1")).toBeNull();
    expect(await pushImage(engine, { ...quiet, repository, tag: "1" })).toEqual(pushed);

    await client.tag("shop", pushed.digest, "production");
    expect(await client.digestOf("shop", "production")).toBe(pushed.digest);
    await expect(client.tag("shop", `sha256:${"0".repeat(64)}`, "x")).rejects.toMatchObject({ code: "image_missing" });

    await client.deleteManifest("shop", pushed.digest);
    await client.deleteManifest("shop", pushed.digest);
    expect(await client.digestOf("shop", "production")).toBeNull();
    await client.close();
  });

  it("says so when the image is not on the engine", async () => {
    if (!engine) return;
    await expect(pushImage(engine, { ...quiet, repository: `${registry.host}/nothing-${mark}`, tag: "1" })).rejects.toMatchObject({
      code: "image_missing",
    });
  });

  it("says so when no registry answers", async () => {
    if (!engine) return;
    const host = `127.0.0.1:${await freePort()}`;
    await tagImage(engine, testBase, { repository: `${host}/x`, tag: "1" });
    try {
      await expect(pushImage(engine, { ...quiet, repository: `${host}/x`, tag: "1" })).rejects.toMatchObject({
        code: "registry_unavailable",
      });
    } finally {
      await removeImage(engine, `${host}/x:1`);
    }
    const client = createRegistry({ url: `http://${host}` });
    expect(await client.ping()).toBe(false);
    await expect(client.digestOf("x", "1")).rejects.toMatchObject({ code: "registry_unavailable" });
  });

  it("says so when the registry forbids deleting", async () => {
    if (!engine) return;
    const strict = await startTestRegistry({ allowDelete: false });
    try {
      await tagImage(engine, testBase, { repository: `${strict.host}/x`, tag: "1" });
      const { digest } = await pushImage(engine, { ...quiet, repository: `${strict.host}/x`, tag: "1" });
      const refused = createRegistry({ url: strict.url }).deleteManifest("x", digest);
      await expect(refused).rejects.toMatchObject({ code: "registry_refused", detail: expect.stringContaining("deleting") });
    } finally {
      await removeImage(engine, `${strict.host}/x:1`);
      await strict.stop();
    }
  });

  it("sends the password to the registry that asks for one, and says so when it is wrong", async () => {
    if (!engine) return;
    // htpasswd -nbB tester right-password
    const htpasswd = "tester:$2y$05$ljjfJlqfmhzoTIT4L5c7S.0EDqHAU5e/WZEJ208fJd/yBPvE1QxXC";
    const locked = await startTestRegistry({ htpasswd });
    const auth = { username: "tester", password: "right-password" };
    const wrong = { username: "tester", password: "wrong" };
    try {
      await tagImage(engine, testBase, { repository: `${locked.host}/x`, tag: "1" });
      const target = { ...quiet, repository: `${locked.host}/x`, tag: "1" };
      const { digest } = await pushImage(engine, { ...target, auth });
      expect(await createRegistry({ url: locked.url, auth }).digestOf("x", "1")).toBe(digest);
      await expect(pushImage(engine, { ...target, auth: wrong })).rejects.toMatchObject({ code: "registry_refused" });
      await expect(createRegistry({ url: locked.url, auth: wrong }).digestOf("x", "1")).rejects.toMatchObject({ code: "registry_refused" });
      expect(await createRegistry({ url: locked.url, auth: wrong }).ping()).toBe(false);
    } finally {
      await removeImage(engine, `${locked.host}/x:1`);
      await locked.stop();
    }
  });

  describe("behind a token service", () => {
    let front: TokenFront;
    beforeAll(async () => {
      front = await startTokenFront(registry.url);
    });
    afterAll(() => front.stop());

    it("builds on a public base image whose registry hands out anonymous tokens", async () => {
      if (!engine) return;
      await tagImage(engine, testBase, { repository: `${registry.host}/base`, tag: mark });
      await pushImage(engine, { ...quiet, repository: `${registry.host}/base`, tag: mark });
      await buildInto(`berth-test/on-token-${mark}:1`, `FROM ${front.host}/base:${mark}\nRUN echo ${mark}\n`);
      expect(front.tokensGiven()).toBeGreaterThan(0);
      await removeImage(engine, `${registry.host}/base:${mark}`);
      await removeImage(engine, `${front.host}/base:${mark}`);
    });

    it("fetches a token with the credentials and asks again", async () => {
      const client = createRegistry({ url: front.url, auth: { username: "u", password: "p" } });
      expect(await client.digestOf("base", mark)).toMatch(/^sha256:/);
      expect(front.authorizations()).toContain(`Basic ${Buffer.from("u:p").toString("base64")}`);
    });

    it("does not show the credentials to a token service elsewhere", async () => {
      const seen: string[] = [];
      const foreign = await listen((request) => seen.push(request.headers.authorization ?? ""));
      const lying = await listen((_request, response) =>
        response.writeHead(401, { "www-authenticate": `Bearer realm="${foreign.url}/token",service="x"` }).end(),
      );
      const client = createRegistry({ url: lying.url, auth: { username: "u", password: "p" } });
      await expect(client.digestOf("base", "1")).rejects.toMatchObject({
        code: "registry_refused",
        detail: expect.stringContaining("token service"),
      });
      expect(seen).toEqual([]);
      for (const { server } of [foreign, lying]) server.close();
    });
  });
});

type Handler = (...args: Parameters<NonNullable<Parameters<typeof createServer>[1]>>) => unknown;

async function listen(handler: Handler): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, url: `http://127.0.0.1:${address.port}` };
}
