import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import type { Product } from "#tests/support/product.ts";

import { until } from "./until.ts";

const reason = z.object({ code: z.string(), title: z.string(), detail: z.string().nullable(), help: z.string() }).nullable();
const deploymentSchema = z.object({
  id: z.string(),
  number: z.number(),
  status: z.string(),
  commit: z.string(),
  problem: reason,
  environment: z.object({ id: z.string(), url: z.string() }),
  steps: z.array(z.object({ name: z.string(), status: z.string(), detail: z.string().nullable(), endedAt: z.string().nullable() })),
});
const environmentSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  statusDetail: z.string().nullable(),
  url: z.string(),
  ref: z.object({ kind: z.string(), name: z.string() }).nullable(),
  release: z.object({ number: z.number(), commit: z.string(), digest: z.string() }).nullable(),
  deployment: z.object({ id: z.string(), number: z.number(), status: z.string(), commit: z.string(), problem: reason }).nullable(),
});
const startedSchema = z.object({ id: z.string(), url: z.string(), deployment: z.object({ id: z.string() }).nullable() });
const projectSchema = z.object({ slug: z.string(), gitUrl: z.string(), syncedAt: z.string().nullable(), syncProblem: reason });
const refsSchema = z.object({
  total: z.number(),
  refs: z.array(z.object({ name: z.string(), kind: z.string(), slug: z.string(), commit: z.string(), subject: z.string().nullable() })),
});

export type Deployment = z.infer<typeof deploymentSchema>;
export type Environment = z.infer<typeof environmentSchema>;

/** The product as a script uses it: /api/v1 with the first admin's token. */
export type Rest = ReturnType<typeof restOf>;

const overStatuses = ["live", "failed", "cancelled", "superseded"];

/** Calls of the REST interface. `must` throws when the answer is a refusal; `ask` gives it. */
export function restOf(product: Product) {
  async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${product.dashboardUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${product.adminToken}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: response.headers.get("content-type")?.includes("json") === true ? JSON.parse(text) : text };
  }

  /** While a part is being killed, reading goes on until it is back. */
  async function read(path: string): Promise<{ status: number; body: unknown }> {
    for (let tries = 0; ; tries++) {
      const answer = await ask("GET", path).catch((error: unknown) => (tries < 60 ? undefined : Promise.reject(error)));
      if (answer !== undefined && answer.status < 500) return answer;
      await delay(500);
    }
  }

  async function must<T extends z.ZodType>(schema: T, method: string, path: string, body?: unknown): Promise<z.output<T>> {
    const answer = method === "GET" ? await read(path) : await ask(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return schema.parse(answer.body);
  }

  const deployment = (id: string) => must(deploymentSchema, "GET", `/deployments/${id}`);
  return {
    ask,
    deployment,
    project: (slug: string) => must(projectSchema, "GET", `/projects/${slug}`),
    createProject: (body: unknown) => must(z.object({ slug: z.string(), gitUrl: z.string() }), "POST", "/projects", body),
    updateProject: (slug: string, body: unknown) => must(z.unknown(), "PATCH", `/projects/${slug}`, body),
    sync: (slug: string) => must(z.unknown(), "POST", `/projects/${slug}/sync`),
    refs: (slug: string, query = "") => must(refsSchema, "GET", `/projects/${slug}/refs${query}`),
    preview: (slug: string, ref: string) => must(startedSchema, "POST", `/projects/${slug}/environments`, { ref }),
    environment: (id: string) => must(environmentSchema, "GET", `/environments/${id}`),
    environments: async (slug: string) =>
      (await must(z.object({ environments: z.array(environmentSchema) }), "GET", `/projects/${slug}/environments`)).environments,
    act: (id: string, verb: "redeploy" | `redeploy?commit=${string}` | "stop" | "start") =>
      must(startedSchema, "POST", `/environments/${id}/${verb}`),
    destroy: (id: string) => must(startedSchema, "DELETE", `/environments/${id}`),
    cancel: (id: string) => must(z.unknown(), "POST", `/deployments/${id}/cancel`),
    log: async (id: string) => String((await read(`/deployments/${id}/log`)).body),
    /** Waits until the deployment has ended, well or badly. */
    ended: (id: string, limitMs: number) => {
      let last: Deployment | undefined;
      return until(
        `deployment ${id} ends`,
        limitMs,
        async () => {
          last = await deployment(id);
          return overStatuses.includes(last.status) && last;
        },
        () => last,
      );
    },
    /** Waits until the deployment is in one of these states. */
    reaches: (id: string, statuses: readonly string[], limitMs: number) => {
      let last: Deployment | undefined;
      return until(
        `deployment ${id} is ${statuses.join(" or ")}`,
        limitMs,
        async () => {
          last = await deployment(id);
          return statuses.includes(last.status) && last;
        },
        () => last,
      );
    },
    /** Waits until the board knows this ref (with this commit, if given). */
    refSeen: (slug: string, name: string, commit?: string) =>
      until(`${name} is on the board`, 20_000, async () => {
        const { refs } = await must(refsSchema, "GET", `/projects/${slug}/refs?search=${encodeURIComponent(name.slice(0, 200))}`);
        return refs.find((ref) => ref.name === name && (commit === undefined || ref.commit === commit));
      }),
  };
}
