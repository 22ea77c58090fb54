import { z } from "zod";

import { callEngine } from "#lib/adapters/engine-local/engine-call.ts";
import type { Product } from "#tests/support/product.ts";

import { ask, brokenPromises } from "./rows.ts";
import { until } from "./until.ts";

/** What of this installation there is outside the database, beside what its rows want. */
export interface Inventory {
  readonly containers: { readonly wanted: number; readonly found: number };
  readonly apps: { readonly wanted: string[]; readonly found: string[] };
  readonly images: { readonly wanted: string[]; readonly found: string[] };
  readonly routes: { readonly wanted: number; readonly found: number };
  readonly open: number;
}

const number = z.object({ count: z.number() });
const text = z.object({ text: z.string() });
const containerList = z.array(z.object({ Id: z.string() }));
const imageList = z.array(z.object({ Id: z.string() }));
const appList = z.object({ apps: z.array(z.object({ id: z.string(), instances: z.number() })) });

/** Counts containers, apps, images and routes, and what the rows say they should be. */
export async function takeInventory(product: Product): Promise<Inventory> {
  const running = "e.destroyed_at IS NULL AND e.desired = 'running' AND e.live_release_id IS NOT NULL";
  const [containers] = await ask(product, number, `SELECT COALESCE(sum(e.instances), 0)::int AS count FROM environment e WHERE ${running}`);
  const apps = await ask(
    product,
    text,
    "SELECT app_id AS text FROM environment e WHERE e.destroyed_at IS NULL AND e.live_release_id IS NOT NULL ORDER BY 1",
  );
  const images = await ask(product, text, "SELECT DISTINCT engine_id AS text FROM image WHERE removed_at IS NULL ORDER BY 1");
  const [routes] = await ask(product, number, "SELECT count(*)::int AS count FROM environment e WHERE e.destroyed_at IS NULL");
  const [foundRoutes] = await ask(product, number, "SELECT count(*)::int AS count FROM route");
  const [open] = await ask(
    product,
    number,
    `SELECT ((SELECT count(*) FROM deployment WHERE status IN ('queued', 'preparing', 'deploying', 'verifying'))
       + (SELECT count(*) FROM build WHERE status IN ('queued', 'fetching', 'building', 'pushing')))::int AS count`,
  );
  return {
    containers: {
      wanted: containers?.count ?? -1,
      found: (await listOf(product, "containers", `berth.scheduler=${product.instance}`, containerList)).length,
    },
    apps: { wanted: apps.map((row) => row.text), found: (await listApps(product)).map((app) => app.id).toSorted() },
    images: {
      wanted: images.map((row) => row.text),
      found: (await listOf(product, "images", `berth.instance=${product.instance}`, imageList)).map((image) => image.Id).toSorted(),
    },
    routes: { wanted: routes?.count ?? -1, found: foundRoutes?.count ?? -1 },
    open: open?.count ?? -1,
  };
}

/** The apps of the embedded scheduler. */
export async function listApps(product: Product): Promise<{ id: string; instances: number }[]> {
  const authorization = `Basic ${Buffer.from(product.marathonCredentials).toString("base64")}`;
  const response = await fetch(`${product.schedulerUrl}/v2/apps`, { headers: { authorization }, signal: AbortSignal.timeout(10_000) });
  return appList.parse(await response.json()).apps;
}

async function listOf<T extends z.ZodType>(
  product: Product,
  what: "containers" | "images",
  label: string,
  schema: T,
): Promise<z.output<T>> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const all = what === "containers" ? "all=1&" : "";
  const answer = await callEngine(product.dockerHost, { method: "GET", path: `/${what}/json?${all}filters=${filters}`, timeoutMs: 10_000 });
  return schema.parse(JSON.parse(answer.body));
}

export function isInOrder(seen: Inventory): boolean {
  return (
    seen.open === 0 &&
    seen.containers.wanted === seen.containers.found &&
    seen.routes.wanted === seen.routes.found &&
    JSON.stringify(seen.apps.wanted) === JSON.stringify(seen.apps.found) &&
    JSON.stringify(seen.images.wanted) === JSON.stringify(seen.images.found)
  );
}

const orderMilliseconds = 120_000;

/** Waits (two minutes at most, as promised) until nothing is missing and nothing is left over, and checks that no promise was broken on the way. */
export async function untilInOrder(product: Product, limitMs = orderMilliseconds): Promise<Inventory> {
  let last: Inventory | string = "";
  const seen = await until(
    "what runs is what the rows want",
    limitMs,
    async () => {
      const now = await takeInventory(product).catch((error: unknown) => String(error));
      last = now;
      return typeof now !== "string" && isInOrder(now) && now;
    },
    () => last,
  );
  const broken = await brokenPromises(product);
  if (broken.length > 0) throw new Error(`Broken promises: ${broken.join("; ")}`);
  return seen;
}
