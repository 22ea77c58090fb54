import type { BenchContext, BenchResult } from "../result.ts";
import { compareRows } from "../statistics.ts";
import { createByHand, runUntilAnswer } from "./by-hand.ts";
import { run } from "./command.ts";
import { firstAnswer } from "./first-answer.ts";
import { addressOf, type Stage } from "./stage.ts";
import { until } from "./until.ts";

const answerMs = 60_000;
const refMs = 20_000;

/** From the click to the first 200 where the image is there already, beside `docker run` of the same image, in turns. */
export async function benchClick(context: BenchContext): Promise<BenchResult> {
  const stage = await context.theatre.open();
  const byHand = await createByHand(context.dockerHost, context.folder);
  try {
    const text = await stage.shop.changeTitle();
    await stage.shop.push();
    await firstAnswer({ ...addressOf(stage.product, stage.environment), text, limitMs: answerMs });
    await stage.rest.settle(stage.environment.id);
    const image = await byHand.imageOf(`berth.environment=${stage.environment.id}`);
    const times: Record<"start" | "preview" | "run", number[]> = { start: [], preview: [], run: [] };
    for (let turn = 0; turn <= context.runs; turn++) {
      context.stopping.throwIfAborted();
      context.say(`run ${turn} of ${context.runs}`);
      const started = await startStopped(stage, text);
      const previewed = await previewBuilt(stage, `again-${turn}`, text);
      const byDocker = await runUntilAnswer(byHand, image, text);
      await byHand.remove(byDocker.started);
      if (turn === 0) continue;
      times.start.push(started);
      times.preview.push(previewed);
      times.run.push(byDocker.runMs + byDocker.answerMs);
    }
    const goal = { ratio: "≤ 1.3" };
    const [preview, reference] = compareRows(
      { ours: "Preview of a built commit → first 200", theirs: "docker run → first 200" },
      times.preview,
      times.run,
      goal,
    );
    const [start] = compareRows({ ours: "Start of a stopped environment → first 200", theirs: "" }, times.start, times.run, goal);
    return { name: "click", rows: [preview, start, reference].filter((row) => row !== undefined) };
  } finally {
    await byHand.clear();
  }
}

async function startStopped({ product, rest, environment }: Stage, text: string): Promise<number> {
  await rest.act(environment.id, "stop");
  await until("the environment is stopped", answerMs, async () => (await rest.environment(environment.id)).status === "stopped");
  await rest.settle(environment.id);
  const clickedAt = performance.now();
  const answered = firstAnswer({ ...addressOf(product, environment), text, limitMs: answerMs });
  await rest.act(environment.id, "start");
  const total = (await answered) - clickedAt;
  await rest.settle(environment.id);
  return total;
}

/** A second branch at the same commit: its environment is new and nothing has to be built. */
async function previewBuilt({ product, rest, slug, shop }: Stage, branch: string, text: string): Promise<number> {
  await run("git", ["push", "--quiet", "origin", `HEAD:refs/heads/${branch}`], { cwd: shop.folder });
  await until(`the branch ${branch} is seen`, refMs, () => rest.hasRef(slug, branch));
  const clickedAt = performance.now();
  const created = await rest.createEnvironment(slug, { stage: "review", ref: branch });
  const total = (await firstAnswer({ ...addressOf(product, created), text, limitMs: answerMs })) - clickedAt;
  await rest.settle(created.id);
  await run("git", ["push", "--quiet", "origin", `:refs/heads/${branch}`], { cwd: shop.folder });
  await until(`the environment of ${branch} is gone`, answerMs, async () =>
    (await rest.environments(slug)).every(({ id }) => id !== created.id),
  );
  return total;
}
