import { type WorkingCopy, clone, expect, test } from "./fixtures.ts";
import { expectOnly, expectRefusals, hiddenPages } from "./others-doors.ts";
import {
  type Desk,
  type House,
  type Place,
  call,
  ensureCast,
  ensurePreview,
  expectNothingAt,
  knock,
  makeToken,
  openAtGateway,
  openHouse,
  ops,
  placesOf,
  settled,
  sitDownAs,
  slug,
} from "./people.ts";

/** An ops person's working day, and the doors that are not his. One story: every step stands on the one before. */
test.describe.configure({ mode: "serial" });

const shown = ["review", "demo", "staging", "uat", "production"] as const;
const desks: Desk[] = [];
let house: House;
let review: Place;
let otto: Desk;
let token = "";
let copy: WorkingCopy;

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(240_000);
  house = await openHouse(browser, berth);
  await ensureCast(berth, house.token);
  review = await ensurePreview(berth, house.token, "issue-2");
  otto = await sitDownAs(browser, berth, ops);
  desks.push(house.admin, otto);
});
test.afterEach(() => expect(desks.flatMap(({ errors }) => errors)).toEqual([]));
test.afterAll(async () => {
  await Promise.all(desks.map((desk) => desk.close()));
  await copy?.remove();
});

test("an ops person sees every stage", async ({ berth }) => {
  await expectOnly(otto, berth, shown, await placesOf(berth, house.token));
  token = await makeToken(otto.page, berth, "on call");
});

for (const name of ["demo/master", "staging/v1.0"]) {
  test(`${name} is deployed again, stopped and started from its page`, async ({ berth }) => {
    const { page } = otto;
    const { url, deployment } = await settled(berth, token, name);
    await page.goto(`${berth.dashboardUrl}/p/${slug}/e/${name}`);
    await page.getByRole("button", { name: "Redeploy", exact: true }).click();
    await expect.poll(async () => (await settled(berth, token, name)).deployment?.id, { timeout: 60_000 }).not.toBe(deployment?.id);
    await expect(page.getByRole("heading", { name: /^Deployment #\d+ Live$/ })).toBeVisible();

    await page.goto(`${berth.dashboardUrl}/p/${slug}/e/${name}`);
    await page.getByRole("button", { name: `More for ${name}` }).click();
    await page.getByRole("menuitem", { name: "Stop…" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: `Stop ${name}` })
      .click();
    await expect(page.getByText("Stopped", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
    await expect.poll(async () => (await openAtGateway(berth, url, token)).text, { timeout: 30_000 }).toContain("environment_stopped");

    await page.getByRole("button", { name: "Start", exact: true }).click();
    await expect(page.getByText("Healthy", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
    await expect.poll(async () => (await openAtGateway(berth, url, token)).status, { timeout: 30_000 }).toBe(200);
  });

  test(`a secret of ${name} is set and never shown again, and a variable is changed`, async ({ berth }) => {
    const { page } = otto;
    await page.goto(`${berth.dashboardUrl}/p/${slug}/e/${name}/variables`);
    const sheet = page.getByRole("dialog");
    const add = async (variable: string, value: string, secret: boolean) => {
      await page.getByRole("button", { name: "Add", exact: true }).click();
      if (secret) await sheet.getByText("Secret", { exact: true }).click();
      await sheet.getByLabel("Name").fill(variable);
      await sheet.getByLabel("Value").fill(value);
      await sheet.getByRole("button", { name: "Add it" }).click();
      await expect(page.getByRole("row", { name: variable })).toContainText(ops.name);
    };
    await add("PRICE_KEY", "hold fast to this", true);
    await expect(page.getByRole("row", { name: "PRICE_KEY" })).toContainText("set, never shown");
    await add("PRICE_LEVEL", "low", false);
    await page.getByRole("button", { name: "Change PRICE_LEVEL" }).click();
    await sheet.getByLabel("Value").fill("high");
    await sheet.getByRole("button", { name: "Save the value" }).click();
    await expect(page.getByRole("row", { name: "PRICE_LEVEL" })).toContainText("high");
    expect(await page.content()).not.toContain("hold fast to this");
    await settled(berth, token, name);
  });
}

test("the page of production shows what is there: its release, its commit, its URL and its log", async ({ berth }) => {
  const { page } = otto;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/production/~`);
  await expect(page.getByRole("heading", { level: 1, name: "production" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("Open the shop");
  await expect(page.getByRole("main")).toContainText(new URL(house.production.url).host);
  await expect(page.getByRole("region", { name: "Runtime log" })).toContainText("The shop is open on port", { timeout: 30_000 });
  const [opened] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "Open", exact: true }).click()]);
  await expect(opened.getByRole("heading", { name: "Harbour Shop", exact: true })).toBeVisible();
  await opened.close();
});

test("pages that are not an ops person's do not exist for one who knows their address", async ({ berth }) => {
  const own = ["variables", "sharing"].map((tab) => `/p/${slug}/e/${review.name}/${tab}`);
  for (const path of [...(await hiddenPages(berth, house, ops)), ...own])
    expect(await knock(otto, `${berth.dashboardUrl}${path}`), path).toBe(404);
  for (const path of ["/permissions", `/p/${slug}/settings`, `/p/${slug}/e/${review.name}/variables`])
    await expectNothingAt(otto, `${berth.dashboardUrl}${path}`);
  await otto.page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await expect(otto.page.getByRole("button", { name: /^Preview / })).toHaveCount(0);
});

test("REST refuses an ops person's own token what is not his, and the logs of every stage are his", async ({ berth }) => {
  await expectRefusals(berth, token, [
    ["POST", `/projects/${slug}/environments`, "forbidden", { ref: "refs/heads/feature/checkout" }],
    ["POST", `/environments/${review.id}/redeploy`, "forbidden"],
    ["DELETE", `/environments/${review.id}`, "forbidden"],
    ["PUT", `/projects/${slug}/variables`, "forbidden", { scope: "environment", environment: review.id, name: "A", value: "b" }],
    ["PUT", `/projects/${slug}/variables`, "forbidden", { name: "A", value: "b" }],
    ["PATCH", `/projects/${slug}`, "forbidden", { protectedTags: [] }],
    ["PUT", `/projects/${slug}/members`, "forbidden", { email: ops.email, roles: ["developer"] }],
    ["POST", "/people", "forbidden", { email: "friend@example.org", name: "A friend" }],
    ["GET", `/projects/${slug}/permissions`, "forbidden"],
  ]);
  for (const { id } of [review, house.demo, house.staging, house.uat, house.production])
    expect(await knock(otto, `${berth.dashboardUrl}/stream/environments/${id}/log`)).toBe(200);
  expect((await call(berth, token, "GET", `/environments/${house.production.id}`)).status).toBe(200);
});

test("an ops person clones and does not push, and the terminal says why", async ({ berth }) => {
  copy = await clone(berth, slug, token);
  await copy.git("commit", "--quiet", "--allow-empty", "--message", "A quick fix");
  await expect(copy.git("push", "--quiet")).rejects.toThrow(/You may clone this repository, not push to it/);
});
