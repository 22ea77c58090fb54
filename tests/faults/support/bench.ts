import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Product, startBerth } from "#tests/support/product.ts";

import { answering, appFiles, makeWorkingCopy, pushUrl, type WorkingCopy } from "./repository.ts";
import { type Environment, type Rest, restOf } from "./rest.ts";
import { watchFinalStates } from "./rows.ts";
import { until } from "./until.ts";
import { untilAnswers } from "./visit.ts";

/** One running product with what tests do to it; `close` leaves nothing behind. */
export interface Bench {
  readonly product: Product;
  readonly rest: Rest;
  /** A temporary folder that goes with the bench. */
  readonly folder: string;
  /** A project with a repository at Berth, and a working copy whose origin it is. */
  project(name: string): Promise<{ slug: string; copy: WorkingCopy }>;
  /** As project, with an app of this text pushed to master and live in its demo environment. */
  liveProject(name: string, text: string): Promise<{ slug: string; copy: WorkingCopy; environment: Environment }>;
  /** Starts the product on the same home after it was stopped or has crashed; the bench before is over. */
  startAgain(): Promise<Bench>;
  close(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

/** Starts a product with these settings beside those of every test. */
export async function openBench(settings: Settings = {}): Promise<Bench> {
  const product = await startBerth({ settings });
  await watchFinalStates(product);
  return benchOf(product, settings, { folder: await mkdtemp(join(tmpdir(), "berth-bench-")), copies: [] });
}

function benchOf(product: Product, settings: Settings, left: { readonly folder: string; readonly copies: WorkingCopy[] }): Bench {
  const rest = restOf(product);

  async function project(name: string) {
    const { slug, gitUrl } = await rest.createProject({ name });
    const copy = await makeWorkingCopy(pushUrl(product, gitUrl));
    left.copies.push(copy);
    return { slug, copy };
  }

  return {
    product,
    rest,
    folder: left.folder,
    project,
    async liveProject(name, text) {
      const made = await project(name);
      await made.copy.commit(appFiles(answering(text)));
      await made.copy.git("push", "--quiet", "origin", "master");
      let last: Environment[] = [];
      const environment = await until(
        `${name} is live`,
        60_000,
        async () => (last = await rest.environments(made.slug)).find((candidate) => candidate.release !== null),
        () => last.map((candidate) => candidate.deployment),
      );
      await untilAnswers(product, environment.url, text, 10_000);
      return { ...made, environment };
    },
    startAgain: async () => benchOf(await startBerth({ home: product.home, settings }), settings, left),
    async close() {
      await product.remove();
      for (const copy of left.copies) await copy.remove();
      await rm(left.folder, { recursive: true, force: true });
    },
  };
}

/** The deployment of a commit in an environment, as soon as there is one. */
export function deploymentOf(rest: Rest, environmentId: string, commit: string): Promise<string> {
  return until(`a deployment of ${commit.slice(0, 12)}`, 20_000, async () => {
    const { deployment } = await rest.environment(environmentId);
    return deployment?.commit === commit && deployment.id;
  });
}
