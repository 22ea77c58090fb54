import { join } from "node:path";

import type { BenchContext, BenchResult, BenchRow } from "../result.ts";
import { compareRows, timeRow } from "../statistics.ts";
import { type ByHand, createByHand, runUntilAnswer, type Started } from "./by-hand.ts";
import { firstAnswer } from "./first-answer.ts";
import { type Deployment } from "./rest.ts";
import { bareCopy, cloneShop, type Shop } from "./shop.ts";
import { addressOf, type Stage } from "./stage.ts";

const answerMs = 120_000;
type Change = (shop: Shop) => Promise<string>;
/** One measured push: the whole and its phases, in milliseconds. */
type Timed = { readonly total: number; readonly phases: Readonly<Record<string, number>> };

/** Only the shop's title changes: all layers but the last come from the cache. */
export const benchCachedPush = (context: BenchContext): Promise<BenchResult> => benchPush(context, "cached", (shop) => shop.changeTitle());

/** The lowest layer changes: nothing comes from the cache. */
export const benchUncachedPush = (context: BenchContext): Promise<BenchResult> =>
  benchPush(context, "uncached", (shop) => shop.changeBase());

/** From the start of `git push` to the first 200 with the new content, beside the same done by hand on the same engine, in turns. */
async function benchPush(context: BenchContext, name: string, change: Change): Promise<BenchResult> {
  context.say("setting the stage");
  const stage = await context.theatre.open();
  const byHand = await createByHand(context.dockerHost, context.folder);
  try {
    const bare = await bareCopy(stage.gitUrl, join(context.folder, "bare.git"));
    const theirs: Theirs = { byHand, bare, shop: await cloneShop(bare, join(context.folder, "by-hand")), before: undefined };
    return { name: `push, ${name}`, rows: rowsOf(name, await inTurns(context, stage, theirs, change)), notes };
  } finally {
    await byHand.clear();
  }
}

const notes = [
  "cached: one small file changed, the layers below come from the cache; uncached: package.json and 20 MB of random bytes changed in the lowest layer",
  "by hand: git push to a bare repository on this disk, git archive | docker build (BuildKit), docker run -d -p; no registry, no limits, no health check",
  "Berth besides: pushes the image to a registry, replaces a running release, checks it and switches the route",
];

interface Theirs {
  readonly byHand: ByHand;
  readonly bare: string;
  readonly shop: Shop;
  /** The container of the run before: it runs on until the new one answers, as Berth's does. */
  before: Started | undefined;
}

interface Both {
  readonly ours: readonly Timed[];
  readonly theirs: readonly Timed[];
}

async function inTurns(context: BenchContext, stage: Stage, theirs: Theirs, change: Change): Promise<Both> {
  const [ourTimes, theirTimes]: [Timed[], Timed[]] = [[], []];
  // The first pair warms up: what only the first build does is not what a working day is made of.
  for (let run = 0; run <= context.runs; run++) {
    context.stopping.throwIfAborted();
    context.say(`run ${run} of ${context.runs}`);
    const [ours, hand] = [await pushToBerth(stage, change), await pushByHand(theirs, change)];
    if (run === 0) continue;
    ourTimes.push(ours);
    theirTimes.push(hand);
  }
  return { ours: ourTimes, theirs: theirTimes };
}

async function pushToBerth({ product, rest, shop, environment }: Stage, change: Change): Promise<Timed> {
  const text = await change(shop);
  const [startedAt, wallStart] = [performance.now(), Date.now()];
  const answered = firstAnswer({ ...addressOf(product, environment), text, limitMs: answerMs });
  await shop.push();
  const pushed = performance.now() - startedAt;
  const total = (await answered) - startedAt;
  const settled = await rest.settle(environment.id);
  const deployment = await rest.deployment(settled.deployment?.id ?? "");
  if (deployment.status !== "live") throw new Error(`The deployment ended as ${deployment.status}: ${deployment.problem?.detail ?? ""}`);
  return { total, phases: { "git push": pushed, ...phasesOf(deployment, wallStart, total) } };
}

/** How long each step took, and what lies before the first and after the last. Steps follow each other, so a gap counts for the step after it. */
function phasesOf(deployment: Deployment, wallStart: number, total: number): Record<string, number> {
  const phases: Record<string, number> = { "push begun → deployment asked for": deployment.createdAt.getTime() - wallStart };
  let before = deployment.createdAt.getTime();
  for (const step of deployment.steps) {
    const end = step.endedAt?.getTime() ?? before;
    phases[`step ${step.name}`] = end - before;
    before = Math.max(before, end);
  }
  return { ...phases, "live → first answer": wallStart + total - before };
}

async function pushByHand(theirs: Theirs, change: Change): Promise<Timed> {
  const { byHand, bare, shop } = theirs;
  const text = await change(shop);
  const commit = await shop.head();
  const startedAt = performance.now();
  await shop.push();
  const pushed = performance.now();
  const image = await byHand.build(bare, commit);
  const built = performance.now();
  const { started, runMs, answerMs: waited } = await runUntilAnswer(byHand, image, text);
  const total = performance.now() - startedAt;
  if (theirs.before !== undefined) await byHand.remove(theirs.before);
  theirs.before = started;
  return { total, phases: { "git push": pushed - startedAt, "docker build": built - pushed, "docker run": runMs, "first answer": waited } };
}

function rowsOf(name: string, { ours, theirs }: Both): BenchRow[] {
  const totals = (times: readonly Timed[]) => times.map(({ total }) => total);
  const goals = { ratio: "≤ 1.15", differenceMs: 1_000 };
  return [
    ...compareRows({ ours: `push → first 200, ${name}`, theirs: `by hand, ${name}` }, totals(ours), totals(theirs), goals),
    ...phaseRows(`Berth, ${name}`, ours),
    ...phaseRows(`by hand, ${name}`, theirs),
  ];
}

function phaseRows(who: string, times: readonly Timed[]): BenchRow[] {
  return Object.keys(times[0]?.phases ?? {}).map((phase) =>
    timeRow(
      `  ${who}: ${phase}`,
      times.map(({ phases }) => phases[phase] ?? 0),
    ),
  );
}
