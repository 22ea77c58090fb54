import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { addCluster, updateCluster } from "#lib/domain/clusters/commands/edit.ts";
import { removeCluster } from "#lib/domain/clusters/commands/remove.ts";
import { examineCluster } from "#lib/domain/clusters/examine.ts";
import { recordSettings, settingsClusterId } from "#lib/domain/clusters/look.ts";
import { getCluster, listClusters } from "#lib/domain/clusters/queries.ts";
import type { Finding, FindingCode } from "#lib/domain/clusters/words-of-findings.ts";

import { type Stage, admin, openStage } from "../domain/stage.ts";
import { type AnsweringServer, startAnswering } from "../marathon/answering-server.ts";
import { type Documented, startDocumented } from "./documented-cluster.ts";
import { type TestWorker, openWorker, publishSealingKey } from "./worker.ts";

const basic = `Basic ${Buffer.from("berth:quay").toString("base64")}`;
let stage: Stage;
let worker: TestWorker;
const servers: AnsweringServer[] = [];

beforeAll(async () => {
  stage = await openStage();
  const sealingKey = await publishSealingKey(stage.worker);
  worker = await openWorker({ database: stage.worker, sealingKey, settings: { urls: ["http://127.0.0.1:9"], embedded: false } });
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

afterAll(async () => {
  await worker.end();
  await stage.end();
});

async function documented(given: Documented = {}): Promise<AnsweringServer> {
  const server = await startDocumented(given);
  servers.push(server);
  return server;
}

type More = Partial<{ credentials: "basic" | "token"; username: string; secret: string; caCertificate: string; mesosUrl: string }>;
const attach = (urls: string[], more: More = {}) =>
  addCluster.run(stage.context, admin, { name: `Quay ${randomUUID().slice(0, 8)}`, urls, ...more });

async function examined(urls: string[], more: More = {}) {
  const { id } = await attach(urls, more);
  await examineCluster(worker.context, id);
  const cluster = await getCluster(stage.context, admin, id);
  const finding = (code: FindingCode): Finding | undefined => cluster.findings?.find((one) => one.code === code);
  return { cluster, finding };
}

describe("a cluster that was attached", () => {
  it("is being checked at first, cannot be chosen, and is up when it has answered", async () => {
    const server = await documented({ authorization: basic });
    const { id } = await attach([server.url], { credentials: "basic", username: "berth", secret: "quay" });
    expect(await getCluster(stage.context, admin, id)).toMatchObject({ state: "checking", checking: true, findings: null });
    await examineCluster(worker.context, id);
    expect(await getCluster(stage.context, admin, id)).toMatchObject({
      state: "up",
      checking: false,
      detail: null,
      version: "1.8.222",
      findings: expect.arrayContaining([expect.objectContaining({ code: "answers", state: "ok" })]),
    });
  });

  it("is looked at anew when its addresses change, and asks for the secret again for another address", async () => {
    const [server, other] = [await documented({ authorization: basic }), await documented({ authorization: basic })];
    const { id } = await attach([server.url], { credentials: "basic", username: "berth", secret: "quay" });
    await examineCluster(worker.context, id);
    const change = { cluster: id, urls: [other.url] };
    await expect(updateCluster.run(stage.context, admin, change)).rejects.toMatchObject({
      code: "invalid_input",
      fields: { secret: expect.any(String) },
    });
    await updateCluster.run(stage.context, admin, { ...change, secret: "quay" });
    expect(await getCluster(stage.context, admin, id)).toMatchObject({ state: "checking" });
    await examineCluster(worker.context, id);
    expect(await getCluster(stage.context, admin, id)).toMatchObject({ state: "up" });
    expect(other.asked.some(({ headers }) => headers.authorization === basic)).toBe(true);
  });

  it("leaves nothing of its secret behind when it is detached", async () => {
    const { id } = await attach(["http://127.0.0.1:3"], { credentials: "token", secret: "abc" });
    const { secretId } = await stage.worker.cluster.findUniqueOrThrow({ where: { id } });
    await removeCluster.run(stage.context, admin, { cluster: id });
    expect(await stage.worker.sealedSecret.count({ where: { id: secretId ?? "" } })).toBe(0);
  });

  it("takes no address that another cluster has, and no private key for a certificate", async () => {
    const url = `http://${randomUUID()}.example.org`;
    await attach([url]);
    await expect(attach([url])).rejects.toMatchObject({ fields: { urls: expect.stringContaining("belongs to") } });
    for (const wrong of ["http://user:word@example.org", "ftp://example.org", "http://example.org/?a=b"])
      await expect(attach([wrong])).rejects.toMatchObject({ code: "invalid_input" });
    await expect(attach(["http://x.example.org"], { caCertificate: "-----BEGIN PRIVATE KEY-----" })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("the cluster of the settings", () => {
  it("is in the list, first and read-only", async () => {
    await recordSettings(worker.context);
    const [first] = await listClusters(stage.context, admin);
    expect(first).toMatchObject({ id: settingsClusterId, isDefault: true, urls: ["http://127.0.0.1:9"] });
    for (const command of [removeCluster, updateCluster])
      await expect(command.run(stage.context, admin, { cluster: settingsClusterId })).rejects.toMatchObject({ code: "conflict" });
    await examineCluster(worker.context, settingsClusterId);
    expect(await getCluster(stage.context, admin, settingsClusterId)).toMatchObject({
      state: "down",
      detail: expect.stringContaining("refused"),
    });
  });
});

describe("the doctor", () => {
  it("finds nothing wrong with a cluster as documented, but that nothing can be pulled there", async () => {
    const server = await documented();
    const { cluster } = await examined([server.url]);
    expect(Object.fromEntries(cluster.findings?.map(({ code, state }) => [code, state]) ?? [])).toEqual({
      answers: "ok",
      version: "ok",
      leader: "ok",
      events: "ok",
      clock: "ok",
      docker: "ok",
      executor_timeout: "ok",
      registry: "problem",
      pull: "unknown",
      offers: "ok",
    });
  });

  it.each([
    ["the old dialect", { version: "0.13.1" }, "version", "warning", /0\.13\.1.*container\.docker\.network/],
    ["the new dialect", { version: "1.5.2" }, "version", "ok", /1\.5\.2.*with networks/],
    ["a Marathon that is too old", { version: "0.9.0" }, "version", "problem", /older than what Berth speaks/],
    ["no leader", { leader: null }, "leader", "problem", /no leader/],
    ["agents without Docker", { flags: { containerizers: "mesos" } }, "docker", "problem", /No agent runs Docker containers: quay-1/],
    [
      "a short registration timeout",
      { flags: { containerizers: "docker", executor_registration_timeout: "1mins" } },
      "executor_timeout",
      "problem",
      /1 minute on quay-1/,
    ],
    ["agents of an old Mesos", { old: true }, "executor_timeout", "ok", /10 minutes or more on one agent/],
    ["agents that do not say", { flags: 403 }, "docker", "unknown", /One agent did not answer/],
    ["a clock that is ahead", { clockAheadMs: 20_000 }, "clock", "warning", /seconds ahead/],
    ["a clock that is far behind", { clockAheadMs: -600_000 }, "clock", "problem", /10 minutes behind/],
    ["a stream that is not given", { instead: { "/v2/events": 404 } }, "events", "warning", /not open/],
    ["full hosts", { free: { cpus: 0.1, mem: 4096 } }, "offers", "problem", /No host has room.*quay-1/],
    ["a master out of reach", { instead: { "/state-summary": 500 } }, "offers", "unknown", /answered 500/],
  ] as const)("says in words what it finds of %s", { timeout: 20_000 }, async (_case, given, code, state, words) => {
    const server = await documented(given);
    const { finding } = await examined([server.url]);
    expect(finding(code)).toMatchObject({ state, words: expect.stringMatching(words) });
    expect(finding(code)?.wayOut === null, "there is a way out of what is not well").toBe(state === "ok");
  });

  it("tells refused credentials from a cluster that is away, and shows no secret", async () => {
    const server = await documented({ authorization: basic });
    const { cluster, finding } = await examined([server.url], { credentials: "basic", username: "berth", secret: "canary-wrong" });
    expect(cluster.state).toBe("down");
    expect(finding("answers")).toMatchObject({ state: "problem", words: expect.stringContaining("refuses the credentials") });
    expect(finding("version")?.state).toBe("unknown");
    expect(JSON.stringify(cluster)).not.toContain("canary");
    const away = await examined(["http://127.0.0.1:2"]);
    expect(away.finding("answers")).toMatchObject({ state: "problem", words: expect.stringContaining("refused") });
  });

  it("trusts a cluster's own certificate authority for that cluster alone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "berth-tls-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const made = [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=quay",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      "-keyout",
      key,
      "-out",
      certificate,
    ];
    await promisify(execFile)("openssl", made);
    const pem = await readFile(certificate, "utf8");
    const info = { name: "marathon", version: "1.8.222", frameworkId: "f", leader: "127.0.0.1:1", marathon_config: {} };
    const server = createTlsServer({ key: await readFile(key), cert: pem }, (request, response) => {
      response.writeHead(request.url === "/v2/info" ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(info));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = address === null || typeof address === "string" ? 0 : address.port;
    try {
      const wrong = await examined([`https://127.0.0.1:${port}`]);
      expect(wrong.cluster.state).toBe("down");
      expect(wrong.finding("answers")).toMatchObject({ state: "problem", words: expect.stringMatching(/certificate is not trusted/) });
      await updateCluster.run(stage.context, admin, { cluster: wrong.cluster.id, caCertificate: pem });
      await examineCluster(worker.context, wrong.cluster.id);
      expect(await getCluster(stage.context, admin, wrong.cluster.id)).toMatchObject({
        state: "up",
        findings: expect.arrayContaining([expect.objectContaining({ code: "answers", state: "ok" })]),
      });
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("a hostile cluster", () => {
  it("gets no credentials sent elsewhere by a redirect, of Marathon or of Mesos", async () => {
    const thief = await startAnswering(() => ({ slaves: [], apps: [] }));
    servers.push(thief);
    const away = (path: string) => (_request: unknown, response: { writeHead(status: number, headers: object): { end(): void } }) =>
      response.writeHead(307, { location: `${thief.url}${path}` }).end();
    const server = await documented({
      authorization: basic,
      instead: { "/slaves": away("/slaves"), "/state-summary": away("/state-summary") },
    });
    const login = { credentials: "basic", username: "berth", secret: "quay" } as const;
    await examined([server.url], login);
    const other = await documented({ instead: { "/v2/info": away("/v2/info") } });
    const { cluster } = await examined([other.url], login);
    expect(cluster).toMatchObject({ state: "down", detail: expect.stringContaining("not among") });
    expect(thief.asked.map(({ headers }) => headers.authorization)).not.toContain(basic);
    expect(thief.asked.filter(({ url }) => url.startsWith("/v2"))).toEqual([]);
  });

  it("is down when its answer is endless, and its words are cut", async () => {
    const endless = await documented({
      instead: {
        "/v2/info": (
          _request: unknown,
          response: { writeHead(status: number): unknown; write(text: string): boolean; destroyed: boolean },
        ) => {
          response.writeHead(200);
          const more = () => {
            if (!response.destroyed && response.write("x".repeat(64 * 1024))) setImmediate(more);
            else if (!response.destroyed) setTimeout(more, 1);
          };
          more();
        },
      },
    });
    const { cluster } = await examined([endless.url]);
    expect(cluster).toMatchObject({ state: "down", detail: expect.stringContaining("more than 1048576 bytes") });
    const talking = await documented({ version: "9".repeat(5_000), leader: "l".repeat(5_000) });
    const told = await examined([talking.url]);
    expect(JSON.stringify(told.cluster).length).toBeLessThan(10_000);
  });
});
