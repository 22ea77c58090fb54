import type { BenchContext, BenchResult } from "../result.ts";
import { compareRows } from "../statistics.ts";
import { run } from "./command.ts";
import { firstAnswer } from "./first-answer.ts";
import type { Environment } from "./rest.ts";
import { addressOf, type Stage } from "./stage.ts";
import { until } from "./until.ts";

const answerMs = 120_000;

interface Times {
  readonly build: number[];
  readonly promotion: number[];
  readonly rollback: number[];
}

/** From the wish to the first 200 in production: a promotion and a rollback, beside a push of the same change that has to be built. */
export async function benchPromotion(context: BenchContext): Promise<BenchResult> {
  context.say("setting the stage");
  const stage = await context.theatre.open();
  const tester = await stage.rest.tester(stage.slug);
  const times: Times = { build: [], promotion: [], rollback: [] };
  let before: Production | null = null;
  for (let turn = 0; turn <= context.runs; turn++) {
    context.stopping.throwIfAborted();
    context.say(`run ${turn} of ${context.runs}`);
    before = await oneTurn(stage, tester, before, times, `v0.${Date.now()}.${turn}`);
  }
  const goal = { ratio: "≤ 1" };
  const [promotion, build] = compareRows(
    { ours: "Promotion into production → first 200", theirs: "Push, built from the cache → first 200" },
    times.promotion,
    times.build,
    goal,
  );
  const [rollback] = compareRows({ ours: "Rollback in production → first 200", theirs: "" }, times.rollback, times.build, goal);
  return { name: "promotion", rows: [promotion, rollback, build].filter((row) => row !== undefined), notes };
}

const notes = ["all three replace a running release of the sample shop, with the old one answering until the new one does"];

interface Production {
  readonly environment: Environment;
  readonly text: string;
  readonly release: number;
}

/** The first turn makes production and measures nothing. */
async function oneTurn(stage: Stage, tester: string, before: Production | null, times: Times, tag: string): Promise<Production> {
  const { rest, shop, product } = stage;
  const text = await shop.changeTitle();
  const pushedAt = performance.now();
  const built = firstAnswer({ ...addressOf(product, stage.environment), text, limitMs: answerMs });
  await shop.push();
  const build = (await built) - pushedAt;
  await rest.settle(stage.environment.id);
  await run("git", ["push", "--quiet", "origin", `HEAD:refs/tags/${tag}`], { cwd: shop.folder });
  const staging = await healthy(stage, `staging/${tag}`);
  await rest.approve(staging.id, tester);
  await promoted(stage, staging.id, "uat");
  const uat = await healthy(stage, `uat/${tag}`);
  await rest.approve(uat.id, tester);
  if (before === null) {
    await promoted(stage, uat.id, "production");
    return productionOf(stage, text);
  }
  const address = addressOf(product, before.environment);
  const promotedAt = performance.now();
  const answered = firstAnswer({ ...address, text, limitMs: answerMs });
  await promoted(stage, uat.id, "production");
  const promotion = (await answered) - promotedAt;
  await rest.settle(before.environment.id);
  const now = await productionOf(stage, text);
  const askedAt = performance.now();
  const back = firstAnswer({ ...address, text: before.text, limitMs: answerMs });
  await rest.rollback(before.environment.id, before.release);
  const rollback = (await back) - askedAt;
  await rest.settle(before.environment.id);
  times.build.push(build);
  times.promotion.push(promotion);
  times.rollback.push(rollback);
  await rest.rollback(now.environment.id, now.release);
  await rest.settle(now.environment.id);
  return now;
}

async function promoted({ rest }: Stage, environmentId: string, to: string): Promise<void> {
  const { promotion } = await rest.promote(environmentId, to);
  await until(`a promotion to ${to} is done`, answerMs, async () => {
    const { status, note } = await rest.promotion(promotion?.id ?? "");
    if (status === "failed" || status === "refused") throw new Error(`The promotion was ${status}: ${note}`);
    return status === "done";
  });
}

async function healthy({ rest, slug }: Stage, name: string): Promise<Environment> {
  let found: Environment | undefined;
  await until(`${name} is healthy`, answerMs, async () => {
    found = (await rest.environments(slug)).find((environment) => environment.name === name && environment.status === "healthy");
    return found !== undefined;
  });
  if (found === undefined) throw new Error(`${name} is not there`);
  return rest.settle(found.id);
}

async function productionOf(stage: Stage, text: string): Promise<Production> {
  const environment = await healthy(stage, "production");
  return { environment, text, release: environment.release?.number ?? 0 };
}
