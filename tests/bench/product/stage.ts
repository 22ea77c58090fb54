import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { type Product, startBerth } from "#tests/support/product.ts";

import type { BenchContext } from "../result.ts";
import { createRest, type Environment, type Rest } from "./rest.ts";
import { cloneShop, type Shop } from "./shop.ts";
import { until } from "./until.ts";

const refsMs = 20_000;

/** A whole Berth with the sample shop, whose branch issue-1 has a live environment. */
export interface Stage {
  readonly product: Product;
  readonly rest: Rest;
  readonly slug: string;
  /** With the token in it. */
  readonly gitUrl: string;
  readonly shop: Shop;
  readonly environment: Environment;
}

/** Sets the stage and gives it to `work`; whatever happens, nothing is left. */
export async function onStage<T>(context: BenchContext, work: (stage: Stage) => Promise<T>): Promise<T> {
  context.say("starting Berth with the sample shop");
  await mkdir(context.folder, { recursive: true });
  const product = await startBerth();
  try {
    const rest = createRest(product);
    const { slug, gitUrl } = await rest.createSample();
    const pushUrl = gitUrl.replace("://", `://bench:${product.adminToken}@`);
    const shop = await cloneShop(pushUrl, join(context.folder, "shop"));
    await until("the sample's branches are seen", refsMs, () => rest.hasRef(slug, "issue-1"));
    const { id } = await rest.createEnvironment(slug, { stage: "review", ref: "issue-1" });
    const environment = await rest.settle(id);
    for (const other of await rest.environments(slug)) await rest.settle(other.id);
    return await work({ product, rest, slug, gitUrl: pushUrl, shop, environment });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nBerth said:\n${product.output().slice(-3_000)}`, {
      cause: error,
    });
  } finally {
    await product.remove();
  }
}

/** Where an environment answers at the gateway. */
export function addressOf(product: Product, environment: { readonly url: string }): { url: string; hostHeader: string } {
  return { url: `${product.gatewayUrl}/`, hostHeader: new URL(environment.url).host };
}
