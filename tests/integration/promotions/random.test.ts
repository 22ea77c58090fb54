import { afterAll, beforeAll, expect, it } from "vitest";

import { isBerthError } from "#lib/core/errors.ts";
import type { Command } from "#lib/domain/command.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { redeploy } from "#lib/domain/environments/commands/redeploy.ts";
import { start } from "#lib/domain/environments/commands/start.ts";
import { stop } from "#lib/domain/environments/commands/stop.ts";
import { approvePromotion } from "#lib/domain/promotions/commands/approve.ts";
import { promote } from "#lib/domain/promotions/commands/promote.ts";
import { rollback } from "#lib/domain/promotions/commands/rollback.ts";
import { withdrawPromotion } from "#lib/domain/promotions/commands/withdraw.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type Live, type Way, openWay } from "./way.ts";

/** Every run is the same; another number, other runs. */
const seeds = [1, 7, 42, 1999];
const stepsEach = 70;

let way: Way;
beforeAll(async () => {
  way = await openWay();
});
afterAll(() => way?.end());

/** Mulberry32: small, seeded and good enough to choose. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

it.each(seeds)(
  "no sequence of commands brings an image into a gated stage that nobody approved on its way there (seed %i)",
  async (seed) => {
    const random = randomOf(seed);
    const db = way.stage.worker;
    const project = await way.project();
    await db.stage.updateMany({ where: { projectId: project.id, name: "production" }, data: { approvalsRequired: seed % 2 } });
    /** Digests by the stage whose testers said yes to them, and the images that got somewhere. */
    const approved = new Map<string, Set<string>>([
      ["staging", new Set()],
      ["uat", new Set()],
    ]);
    const lives: Live[] = [await way.live(project.id, "staging", "v1.0"), await way.live(project.id, "staging", "v2.0")];
    const pick = <T>(list: readonly T[]): T | undefined => list[random(Math.max(1, list.length))];
    const run = async <R>(command: Command<R>, input: unknown) => {
      try {
        await command.run(way.stage.context, random(3) === 0 ? await way.someone(project.id, ["ops"]) : admin, input);
      } catch (error) {
        // Refused is fine; the database's own belt must never be what refuses.
        if (!isBerthError(error) || error.code === "internal") throw error;
      }
    };
    const environments = () => db.environment.findMany({ where: { projectId: project.id, destroyedAt: null }, include: { stage: true } });
    const live = async () => void lives.push(await way.live(project.id, "staging", random(2) === 0 ? "v1.0" : "v2.0"));
    const judge = async () => {
      const environment = pick((await environments()).filter(({ liveReleaseId }) => liveReleaseId !== null));
      const release = environment && (await db.release.findUnique({ where: { id: environment.liveReleaseId! }, include: { image: true } }));
      if (environment === undefined || release == null) return;
      const kind = pick(["approve", "approve", "approve", "reject", "not_testable"] as const) ?? "approve";
      const { digest } = release.image;
      await way.verdict({ environmentId: environment.id, releaseId: release.id, imageId: release.imageId, digest }, kind);
      if (kind === "approve") approved.get(environment.stage.name)?.add(digest);
    };
    const carry = async () =>
      run(promote, { environment: pick(await environments())?.id, to: pick(["uat", "uat", "production", "staging"]) });
    const work = async () => {
      for (const { id } of await db.promotion.findMany({ where: { projectId: project.id, status: { in: ["requested", "waiting"] } } }))
        await way.advance(id);
      if (random(2) === 0) await way.settleDeployments(project.id);
    };
    const one = async () => pick(await environments())?.id;
    const others: Array<() => Promise<void>> = [
      live,
      async () => run(redeploy, { environment: await one() }),
      async () => run(stop, { environment: await one() }),
      async () => run(start, { environment: await one() }),
      async () => run(preview, { project: project.slug, stage: pick(["uat", "production", "staging"]), ref: pick(["v1.0", "v2.0"]) }),
      async () => run(rollback, { environment: await one(), release: 1 + random(4), keep: pick([undefined, "configuration", "image"]) }),
      async () => {
        const [scope, value] = [pick(["staging", "uat", "production"]), String(random(3))];
        await run(setVariable, { project: project.slug, scope: "stage", stage: scope, name: "MODE", kind: "plain", value });
      },
      async () => run(approvePromotion, { promotion: pick(await db.promotion.findMany({ where: { projectId: project.id } }))?.id }),
      async () => run(withdrawPromotion, { promotion: pick(await db.promotion.findMany({ where: { projectId: project.id } }))?.id }),
    ];
    const acts = [judge, judge, judge, carry, carry, carry, work, work, ...others];
    for (let step = 0; step < stepsEach; step += 1) await pick(acts)?.();
    await way.settleDeployments(project.id);

    const seen = await db.deployment.findMany({
      where: { projectId: project.id, environment: { stage: { name: { in: ["uat", "production"] } } } },
      include: { image: true, release: { include: { image: true } }, environment: { include: { stage: true } } },
    });
    for (const { image, release, environment, buildId } of seen) {
      expect(buildId).toBeNull();
      const digest = release?.image.digest ?? image?.digest ?? "none";
      const before = environment.stage.name === "uat" ? "staging" : "uat";
      expect(approved.get(before)?.has(digest)).toBe(true);
    }
    const promoted = await db.promotion.count({ where: { projectId: project.id, status: "done" } });
    expect(seen.length).toBeGreaterThanOrEqual(promoted);
  },
  120_000,
);

it("the random commands get images all the way through in at least one run: the property is not empty", async () => {
  const done = await way.stage.worker.promotion.groupBy({ by: ["status"], _count: { _all: true } });
  expect(done.find(({ status }) => status === "done")?._count._all ?? 0).toBeGreaterThan(0);
});
