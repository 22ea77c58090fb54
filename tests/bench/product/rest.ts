import { request } from "undici";
import { z } from "zod";

import type { Product } from "#tests/support/product.ts";

import { until } from "./until.ts";

const stepSchema = z.object({ name: z.string(), startedAt: z.coerce.date().nullable(), endedAt: z.coerce.date().nullable() });
const deploymentSchema = z.object({
  id: z.string(),
  status: z.string(),
  createdAt: z.coerce.date(),
  endedAt: z.coerce.date().nullable(),
  steps: z.array(stepSchema),
  problem: z.object({ code: z.string(), detail: z.string().nullable() }).nullable(),
});
const environmentSchema = z.object({
  id: z.string(),
  name: z.string(),
  release: z.object({ number: z.number() }).nullable(),
  url: z.string(),
  status: z.string(),
  deployment: z.object({ id: z.string(), status: z.string() }).nullable(),
});
const askedSchema = z.object({ promotion: z.object({ id: z.string() }).nullable() });
const createdSchema = z.object({ slug: z.string(), gitUrl: z.string() });
const startedSchema = z.object({ id: z.string(), url: z.string() });

export type Deployment = z.infer<typeof deploymentSchema>;
export type Environment = z.infer<typeof environmentSchema>;

const settleMs = 120_000;
const overStatuses = new Set(["live", "failed", "cancelled", "superseded"]);

/** Berth's REST interface, as far as the benchmarks use it. */
export function createRest(product: Product) {
  async function call<T>(
    schema: z.ZodType<T>,
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: unknown,
    token = product.adminToken,
  ): Promise<T> {
    const answer = await request(`${product.dashboardUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
    return schema.parse(JSON.parse(text));
  }
  const environment = (id: string) => call(environmentSchema, "GET", `/environments/${id}`);
  return {
    environment,
    createSample: () => call(createdSchema, "POST", "/sample"),
    createEnvironment: (slug: string, body: { stage: string; ref: string }) =>
      call(startedSchema, "POST", `/projects/${slug}/environments`, body),
    act: (id: string, verb: "start" | "stop" | "redeploy") => call(startedSchema, "POST", `/environments/${id}/${verb}`),
    destroy: (id: string) => call(startedSchema, "DELETE", `/environments/${id}`),
    deployment: (id: string) => call(deploymentSchema, "GET", `/deployments/${id}`),
    /** A tester of the project, by her token: nobody judges what he pushed himself. */
    async tester(slug: string): Promise<string> {
      const email = "tess@bench.invalid";
      const { id } = await call(z.object({ id: z.string() }), "POST", "/people", { email, name: "Tess" });
      await call(z.unknown(), "PUT", `/projects/${slug}/members`, { email, roles: ["tester"] });
      return (await call(z.object({ token: z.string() }), "POST", "/tokens", { name: "bench", person: id })).token;
    },
    approve: (id: string, token: string) =>
      call(z.unknown(), "POST", `/environments/${id}/verdicts`, { verdict: "approve", comment: "Measured." }, token),
    promote: (id: string, to: string) => call(askedSchema, "POST", `/environments/${id}/promotions`, { to }),
    promotion: (id: string) => call(z.object({ status: z.string(), note: z.string().nullable() }), "GET", `/promotions/${id}`),
    rollback: (id: string, release: number) => call(askedSchema, "POST", `/environments/${id}/rollback`, { release }),
    /** The environments of a project. */
    environments: async (slug: string) =>
      (await call(z.object({ environments: z.array(environmentSchema) }), "GET", `/projects/${slug}/environments`)).environments,
    /** Whether a branch of this name is known yet. */
    hasRef: async (slug: string, name: string) =>
      (await call(z.object({ refs: z.array(z.object({ name: z.string() })) }), "GET", `/projects/${slug}/refs`)).refs.some(
        (ref) => ref.name === name,
      ),
    /** Waits until the environment's last deployment is over and the cluster works on nothing any more. */
    async settle(id: string): Promise<Environment> {
      await until("the environment settles", settleMs, async () => {
        const { deployment } = await environment(id);
        return deployment !== null && overStatuses.has(deployment.status) && (await isClusterCalm(product));
      });
      return environment(id);
    },
  };
}

export type Rest = ReturnType<typeof createRest>;

/** Whether the scheduler has no deployment under way: the old task of an upgrade has ended as well. */
async function isClusterCalm(product: Product): Promise<boolean> {
  const answer = await request(`${product.schedulerUrl}/v2/deployments`, {
    headers: { authorization: `Basic ${Buffer.from(product.marathonCredentials).toString("base64")}` },
  });
  return z.array(z.unknown()).parse(await answer.body.json()).length === 0;
}
