import { afterAll, beforeAll, expect, it } from "vitest";

import { getPromotionBox } from "#lib/domain/promotions/box.ts";
import { promote } from "#lib/domain/promotions/commands/promote.ts";
import { getPromotionPlan, getRollbackPlan } from "#lib/domain/promotions/dry-run.ts";
import { getPromotion } from "#lib/domain/promotions/queries.ts";
import { listReleases } from "#lib/domain/promotions/releases.ts";
import { setVariable } from "#lib/domain/variables/commands/set.ts";
import { generateSealingKey } from "#lib/platform/crypto/sealing.ts";
import { admin } from "#tests/integration/domain/stage.ts";

import { type Way, openWay } from "./way.ts";

let way: Way;
beforeAll(async () => {
  way = await openWay();
  const key = generateSealingKey("k1");
  await way.stage.worker.sealingKey.create({ data: { kid: key.kid, publicKey: Buffer.from(key.publicKey) } });
});
afterAll(() => way?.end());

const context = () => way.stage.context;

it("says what a promotion would change, with secrets masked, and names nothing to whoever may not configure there", async () => {
  const project = await way.project();
  const source = await way.live(project.id, "staging", "v1.0");
  await way.live(project.id, "uat", "v1.0");
  const set = (name: string, kind: "plain" | "secret", value: string) =>
    setVariable.run(context(), admin, { project: project.slug, scope: "stage", stage: "uat", name, kind, value });
  await set("GREETING", "plain", "Ahoy");
  await set("API_KEY", "secret", "very secret");
  const plan = await getPromotionPlan(context(), admin, source.environmentId, "uat");
  expect(plan).toMatchObject({
    kind: "promotion",
    from: { name: "staging/v1.0", digest: source.digest },
    to: { stage: "uat", environment: "uat/v1.0" },
    sameImage: false,
    commits: { state: "same" },
    variablesCount: 2,
    instances: 1,
    approvals: 0,
  });
  expect(plan.variables).toEqual([
    { name: "API_KEY", change: "added", secret: true, before: null, after: "••••••" },
    { name: "GREETING", change: "added", secret: false, before: null, after: "Ahoy" },
  ]);
  expect(plan.blockers.map(({ code }) => code)).toEqual(["verdict_missing"]);
  expect(JSON.stringify(plan)).not.toContain("very secret");

  const tester = await way.someone(project.id, ["tester"]);
  const seen = await getPromotionPlan(context(), tester, source.environmentId, "uat");
  expect(seen).toMatchObject({ variables: null, variablesCount: 2 });
  expect(JSON.stringify(seen)).not.toMatch(/GREETING|API_KEY|Ahoy/);
  const developer = await way.someone(project.id, ["developer"]);
  await expect(getPromotionPlan(context(), developer, source.environmentId, "uat")).rejects.toMatchObject({ code: "not_found" });
  await expect(getPromotionPlan(context(), tester, source.environmentId, "production")).rejects.toMatchObject({ code: "not_found" });
});

it("says what going back would change, image and configuration together or one of them", async () => {
  const project = await way.project();
  await way.live(project.id, "staging", "v1.0");
  await setVariable.run(context(), admin, {
    project: project.slug,
    scope: "stage",
    stage: "staging",
    name: "MODE",
    kind: "plain",
    value: "2",
  });
  const now = await way.live(project.id, "staging", "v1.0");
  const plan = (keep: "configuration" | "image" | null) => getRollbackPlan(context(), admin, now.environmentId, 1, keep);
  const gone = { name: "MODE", change: "removed", secret: false, before: "2", after: null };
  expect(await plan(null)).toMatchObject({ kind: "rollback", sameImage: false, variables: [gone] });
  expect(await plan("image")).toMatchObject({ sameImage: true, variables: [gone] });
  expect(await plan("configuration")).toMatchObject({ sameImage: false, variables: [] });
  expect((await listReleases(context(), admin, now.environmentId)).map(({ number, rollback }) => [number, rollback?.reason])).toEqual([
    [2, "It is what runs."],
    [1, null],
  ]);
});

it("shows on the environment's page where its release may go, and no stage or promotion that the viewer may not view", async () => {
  const project = await way.project();
  const source = await way.live(project.id, "staging", "v1.0");
  await way.verdict(source, "approve");
  const { promotionId } = await promote.run(context(), admin, { environment: source.environmentId, to: "uat" });
  const box = (actor: typeof admin) => getPromotionBox(context(), actor, source.environmentId);
  expect(await box(admin)).toMatchObject({ next: { stage: "uat" }, promotions: [{ id: promotionId, status: "waiting" }] });
  const developer = await way.someone(project.id, ["developer"]);
  expect(await box(developer)).toMatchObject({ next: null, plan: null, promotions: [] });
  await expect(getPromotion(context(), developer, promotionId)).rejects.toMatchObject({ code: "not_found" });
  const tester = await way.someone(project.id, ["tester"]);
  expect(await getPromotion(context(), tester, promotionId)).toMatchObject({
    promotion: { status: "waiting" },
    withdraw: { reason: null },
  });
  await expect(getPromotion(context(), tester, promotionId, "another-project")).rejects.toMatchObject({ code: "not_found" });
});
