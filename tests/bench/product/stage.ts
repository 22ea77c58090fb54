import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { type Product, startBerth } from "#tests/support/product.ts";

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

/** The one stage that all benchmarks of a run use, set when the first one asks for it. */
export interface Theatre {
  /** The stage with Berth running: started again on the same data when it was stopped. */
  open(): Promise<Stage>;
  /** Stops Berth; its data stay. */
  close(): Promise<Stage>;
  /** Leaves nothing. */
  end(): Promise<void>;
}

export function createTheatre(folder: string): Theatre {
  let stage: Stage | undefined;
  let running = false;
  const open = async (): Promise<Stage> => {
    if (stage === undefined) stage = await setStage(folder);
    else if (!running) {
      const product = await startBerth({ home: stage.product.home });
      stage = { ...stage, product, rest: createRest(product) };
      await stage.rest.settle(stage.environment.id);
    }
    running = true;
    return stage;
  };
  return {
    open,
    async close() {
      const { product } = stage ?? (await open());
      await product.stop();
      running = false;
      return stage ?? (await open());
    },
    async end() {
      await stage?.product.remove();
    },
  };
}

async function setStage(folder: string): Promise<Stage> {
  await mkdir(folder, { recursive: true });
  const product = await startBerth();
  try {
    const rest = createRest(product);
    const { slug, gitUrl } = await rest.createSample();
    const pushUrl = gitUrl.replace("://", `://bench:${product.adminToken}@`);
    const shop = await cloneShop(pushUrl, join(folder, "shop"));
    await until("the sample's branches are seen", refsMs, () => rest.hasRef(slug, "issue-1"));
    const { id } = await rest.createEnvironment(slug, { stage: "review", ref: "issue-1" });
    const environment = await rest.settle(id);
    for (const other of await rest.environments(slug)) await rest.settle(other.id);
    return { product, rest, slug, gitUrl: pushUrl, shop, environment };
  } catch (error) {
    const said = product.output().slice(-3_000);
    await product.remove();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nBerth said:\n${said}`, { cause: error });
  }
}

/** Where an environment answers at the gateway, and with what token. */
export function addressOf(product: Product, environment: { readonly url: string }): { url: string; hostHeader: string; token: string } {
  return { url: `${product.gatewayUrl}/`, hostHeader: new URL(environment.url).host, token: product.adminToken };
}
