import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { callEngine } from "#lib/adapters/engine-local/engine-call.ts";
import { createRegistry } from "#lib/adapters/registry/client.ts";
import { type Bench, openBench } from "#tests/faults/support/bench.ts";
import { appFiles } from "#tests/faults/support/repository.ts";
import { ask } from "#tests/faults/support/rows.ts";
import { until } from "#tests/faults/support/until.ts";
import { visit } from "#tests/faults/support/visit.ts";

const promotionSchema = z.object({
  status: z.string(),
  noteCode: z.string().nullable(),
  note: z.string().nullable(),
  tag: z.string().nullable(),
  rolledBackAt: z.string().nullable(),
  deploymentId: z.string().nullable(),
});
const askedSchema = z.object({ promotion: z.object({ id: z.string() }).nullable(), deployment: z.object({ id: z.string() }).nullable() });
const containersSchema = z.array(z.object({ Image: z.string(), ImageID: z.string(), Labels: z.record(z.string(), z.string()) }));

/** Answers its text; in production it does what `there` says. */
const app = (text: string, there = "") => `
  const begun = Date.now();
  const production = process.env.BERTH_STAGE === "production";
  require("node:http").createServer((q, s) => {
    ${there}
    s.end(${JSON.stringify(text)});
  }).listen(process.env.PORT);\n`;

let bench: Bench;
let tester = { email: "", token: "" };

beforeAll(async () => {
  bench = await openBench();
  const email = `${randomUUID()}@example.org`;
  const made = z.object({ id: z.string() }).parse((await bench.rest.ask("POST", "/people", { email, name: "Tess" })).body);
  const token = await bench.rest.ask("POST", "/tokens", { name: "hers", person: made.id });
  tester = { email, ...z.object({ token: z.string() }).parse(token.body) };
});
afterAll(() => bench?.close());

/** A project that Tess judges: nobody judges what he pushed himself. */
async function project(name: string) {
  const made = await bench.project(name);
  const { status } = await bench.rest.ask("PUT", `/projects/${made.slug}/members`, { email: tester.email, roles: ["tester", "ops"] });
  expect(status).toBeLessThan(300);
  return made;
}

async function approve(environmentId: string): Promise<void> {
  const answer = await fetch(`${bench.product.dashboardUrl}/api/v1/environments/${environmentId}/verdicts`, {
    method: "POST",
    headers: { authorization: `Bearer ${tester.token}`, "content-type": "application/json" },
    body: JSON.stringify({ verdict: "approve", comment: "Tried it." }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function promote(environmentId: string, to: string): Promise<string> {
  const answer = await bench.rest.ask("POST", `/environments/${environmentId}/promotions`, { to });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return askedSchema.parse(answer.body).promotion?.id ?? "";
}

async function over(promotionId: string) {
  let last: unknown;
  return until(
    "the promotion is over",
    60_000,
    async () => {
      const promotion = promotionSchema.parse((last = (await bench.rest.ask("GET", `/promotions/${promotionId}`)).body));
      return ["done", "failed", "refused", "withdrawn"].includes(promotion.status) && promotion;
    },
    () => last,
  );
}

async function named(slug: string, name: string) {
  let last: unknown;
  return until(
    `${name} is healthy`,
    100_000,
    async () => {
      const found = (await bench.rest.environments(slug)).find((candidate) => candidate.name === name);
      last = found;
      return found?.status === "healthy" && found;
    },
    () => last,
  );
}

/** Pushes a tag and waits until it is live and approved in staging. */
async function tagged(slug: string, copy: Awaited<ReturnType<Bench["project"]>>["copy"], tag: string, script: string) {
  await copy.commit(appFiles(script), `Version ${tag}`);
  await copy.git("tag", tag);
  await copy.git("push", "--quiet", "origin", "master", tag);
  const staging = await named(slug, `staging/${tag}`);
  await approve(staging.id);
  return staging;
}

/** From staging through UAT, approved there, into production. */
async function toProduction(slug: string, stagingId: string, tag: string) {
  expect(await over(await promote(stagingId, "uat"))).toMatchObject({ status: "done", tag: `uat-${tag}` });
  const uat = await named(slug, `uat/${tag}`);
  await approve(uat.id);
  return { uat, promotionId: await promote(uat.id, "production") };
}

async function containersOf(environmentId: string) {
  const filters = encodeURIComponent(JSON.stringify({ label: [`berth.environment=${environmentId}`] }));
  const path = `/containers/json?filters=${filters}`;
  const { body } = await callEngine(bench.product.dockerHost, { method: "GET", path, timeoutMs: 10_000 });
  return containersSchema.parse(JSON.parse(body));
}

test("one image goes from its tag through UAT into production, by the word of registry and Docker; what goes wrong there goes back", async () => {
  const { slug, copy } = await project("carried");
  const staging = await tagged(slug, copy, "v1.0", app("one"));
  const { uat, promotionId } = await toProduction(slug, staging.id, "v1.0");
  expect(await over(promotionId)).toMatchObject({ status: "done", tag: "production-1" });
  const production = await named(slug, "production");
  expect((await visit(bench.product, production.url)).body).toBe("one");

  const digest = staging.release?.digest ?? "";
  const { registryPort } = await running();
  const registry = createRegistry({ url: `http://127.0.0.1:${registryPort}` });
  for (const reference of ["uat-v1.0", "production-1", digest]) expect(await registry.digestOf(slug, reference)).toBe(digest);
  await registry.close();
  const images = (await Promise.all([staging, uat, production].map(({ id }) => containersOf(id)))).flat();
  expect(images.length).toBeGreaterThanOrEqual(3);
  expect(new Set(images.map(({ ImageID }) => ImageID)).size).toBe(1);
  for (const { Image } of images) expect(Image).toContain(digest);
  expect(await ask(bench.product, z.object({ count: z.number() }), "SELECT count(*)::int AS count FROM build")).toEqual([{ count: 1 }]);

  // Healthy at first, and not any more some seconds later.
  const second = await tagged(slug, copy, "v2.0", app("two", "if (production && Date.now() - begun > 5000) s.statusCode = 500;"));
  const sick = await toProduction(slug, second.id, "v2.0");
  expect(await over(sick.promotionId)).toMatchObject({ status: "done", tag: "production-2" });
  await until("Berth has rolled back", 60_000, async () => (await visit(bench.product, production.url)).body === "one");
  expect(promotionSchema.parse((await bench.rest.ask("GET", `/promotions/${sick.promotionId}`)).body)).toMatchObject({
    rolledBackAt: expect.any(String),
    note: expect.stringContaining("rolled back to release #1"),
  });

  // Never healthy: what answers goes on answering, and the record says so.
  await bench.rest.updateProject(slug, { healthTimeoutSeconds: 5 });
  const third = await tagged(slug, copy, "v3.0", app("three", "if (production) s.statusCode = 500;"));
  const { promotionId: hopeless } = await toProduction(slug, third.id, "v3.0");
  expect(await over(hopeless)).toMatchObject({
    status: "failed",
    noteCode: "app_unhealthy",
    note: expect.stringContaining("Rolled back: release #1 goes on answering"),
  });
  expect((await visit(bench.product, production.url)).body).toBe("one");
  const triggers = await ask(
    bench.product,
    z.object({ trigger: z.string(), status: z.string() }),
    "SELECT trigger, status::text FROM deployment WHERE environment_id = $1 ORDER BY number",
    [production.id],
  );
  expect(triggers).toEqual([
    { trigger: "promotion", status: "live" },
    { trigger: "promotion", status: "live" },
    { trigger: "auto_rollback", status: "live" },
    { trigger: "promotion", status: "failed" },
  ]);
  const check = await until("the live check has looked", 90_000, async () => {
    const [row] = await ask(bench.product, z.object({ state: z.string() }), "SELECT state FROM image_check WHERE environment_id = $1", [
      production.id,
    ]);
    return row?.state === "same" && row;
  });
  expect(check.state).toBe("same");
}, 280_000);

test("a worker that is killed while it promotes promotes once, and what is behind its commits is read", async () => {
  const { slug, copy } = await project("killed");
  const first = await tagged(slug, copy, "v1.0", app("one"));
  const { promotionId } = await toProduction(slug, first.id, "v1.0");
  await over(promotionId);
  const second = await tagged(slug, copy, "v2.0", app("two"));
  const asked = await promote(second.id, "uat");
  const pid = await bench.product.pid("worker");
  if (pid !== null) process.kill(pid, "SIGKILL");
  expect(await over(asked)).toMatchObject({ status: "done", tag: "uat-v2.0" });
  const uat = await named(slug, "uat/v2.0");
  const rows = await ask(bench.product, z.object({ trigger: z.string() }), "SELECT trigger FROM deployment WHERE environment_id = $1", [
    uat.id,
  ]);
  expect(rows).toEqual([{ trigger: "promotion" }]);
  const plan = await until("the commits are read", 40_000, async () => {
    const { body } = await bench.rest.ask("POST", `/environments/${uat.id}/promotions`, { to: "production", dryRun: true });
    const found = z
      .object({
        plan: z.object({ commits: z.object({ state: z.string(), commitsIn: z.array(z.object({ subject: z.string() })).optional() }) }),
      })
      .parse(body).plan;
    return found.commits.state === "known" && found;
  });
  expect(plan.commits.commitsIn?.map(({ subject }) => subject)).toEqual(["Version v2.0"]);
}, 120_000);

async function running() {
  const { readFile } = await import("node:fs/promises");
  const settings = JSON.parse(await readFile(`${bench.product.home}/test-settings.json`, "utf8"));
  return { registryPort: z.coerce.number().parse(settings.BERTH_REGISTRY_PORT) };
}
