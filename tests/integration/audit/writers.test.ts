import { afterAll, beforeAll, expect, it } from "vitest";

import { isBerthError } from "#lib/core/errors.ts";
import { systemActor } from "#lib/domain/access/policy.ts";
import { createDenialLog } from "#lib/domain/audit/denials.ts";
import { verifyAudit } from "#lib/domain/audit/verify.ts";
import { writeAudit } from "#lib/domain/audit/write.ts";
import { destroy } from "#lib/domain/environments/commands/destroy.ts";
import { preview } from "#lib/domain/environments/commands/preview.ts";
import { redeploy } from "#lib/domain/environments/commands/redeploy.ts";
import { stop } from "#lib/domain/environments/commands/stop.ts";
import { syncProject, updateProject } from "#lib/domain/projects/commands/settings.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import { type Stage, admin, openStage, person } from "#tests/integration/domain/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.end());

it("sixteen people who do different things at once wait for nobody's lock, and the chain has every act once", async () => {
  const projects = await Promise.all([stage.project(), stage.project(), stage.project()]);
  const refs = ["issue-1", "issue-2", "issue-3", "issue-4"];
  for (const { id } of projects) for (const ref of refs) await stage.branch(id, ref);
  const before = await stage.worker.auditEntry.count();
  let done = 0;
  const refusals: unknown[] = [];
  const acts = Array.from({ length: 16 }, (_each, worker) => async () => {
    for (let round = 0; round < 8; round += 1) {
      const project = projects[(worker + round) % projects.length]!;
      const input = { project: project.slug };
      const { environmentId } = await preview.run(stage.context, admin, { ...input, ref: refs[(worker * 7 + round) % refs.length]! });
      done += 1;
      const others = [
        () => redeploy.run(stage.context, admin, { environment: environmentId }),
        () => stop.run(stage.context, admin, { environment: environmentId }),
        () => updateProject.run(stage.context, admin, { ...input, name: `Shop ${worker} ${round}` }),
        () => syncProject.run(stage.context, admin, input),
        () =>
          setVariable.run(stage.context, admin, { ...input, scope: "stage", stage: "review", name: "A", kind: "plain", value: `${round}` }),
        () => destroy.run(stage.context, admin, { environment: environmentId }),
      ];
      try {
        await others[(worker + round) % others.length]!();
        done += 1;
      } catch (error) {
        // Somebody else may have stopped or destroyed it meanwhile; that is a refusal, and no entry.
        if (!isBerthError(error, "conflict", "not_found")) refusals.push(error);
        else if (error.code === "not_found") done += 1;
      }
    }
  });
  await Promise.all(acts.map((act) => act()));
  expect(refusals).toEqual([]);
  expect((await stage.worker.auditEntry.count()) - before).toBe(done);
  expect(await verifyAudit(stage.context, admin)).toMatchObject({ ok: true, entries: await stage.worker.auditEntry.count() });
  const [{ deadlocks }] = await stage.worker.$queryRaw<
    [{ deadlocks: number }]
  >`SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
  expect(deadlocks).toBe(0);
});

it("an act that is prepared for long keeps nobody from committing", async () => {
  const project = await stage.project();
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  const slow = stage.context.database.$transaction(async (tx) => {
    await writeAudit(tx, admin, { action: "project.sync", objectType: "project", objectId: project.id, outcome: "allowed" });
    await held;
  });
  await syncProject.run(stage.context, admin, { project: project.slug });
  await syncProject.run(stage.context, admin, { project: project.slug });
  finish();
  await slow;
  expect(await verifyAudit(stage.context, admin)).toMatchObject({ ok: true });
});

it("who tries closed doors fills a few lines and a number, not the log", async () => {
  const project = await stage.project();
  const eve = { ...person(project.id, { review: ["view"] }), id: "00000000-0000-4000-8000-0000000000ee", name: "Eve" };
  const log = createDenialLog({ perWindow: 5, windowMs: 300 });
  await Promise.all(
    Array.from({ length: 200 }, () =>
      log(stage.context.database, eve, { action: "project.update", objectType: "project", objectId: project.slug, reason: "forbidden" }),
    ),
  );
  const mine = { where: { actorId: eve.id }, orderBy: { seq: "asc" } } as const;
  await expect.poll(async () => (await stage.worker.auditEntry.findMany(mine)).length, { timeout: 5_000 }).toBe(6);
  const last = (await stage.worker.auditEntry.findMany(mine)).at(-1);
  expect(last).toMatchObject({ action: "request.refuse", outcome: "denied", reason: "rate_limited", detail: { leftOut: 195 } });
  expect(await verifyAudit(stage.context, systemActor)).toMatchObject({ ok: true });
});
