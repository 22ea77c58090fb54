import { type WorkingCopy, clone, expect, test } from "./fixtures.ts";
import { expectOnly, expectRefusals, hiddenPages } from "./others-doors.ts";
import {
  type Desk,
  type House,
  type Place,
  ensureCast,
  ensurePreview,
  expectNothingAt,
  knock,
  makeToken,
  openAtGateway,
  openHouse,
  placesOf,
  settled,
  sitDownAs,
  slug,
  tester,
} from "./people.ts";

/** A tester's working day, and the doors that are not hers. One story: every step stands on the one before. */
test.describe.configure({ mode: "serial" });

const shown = ["review", "demo", "staging", "uat"] as const;
const desks: Desk[] = [];
let house: House;
let review: Place;
let tess: Desk;
let token = "";
let copy: WorkingCopy;

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(240_000);
  house = await openHouse(browser, berth);
  await ensureCast(berth, house.token);
  review = await ensurePreview(berth, house.token, "issue-2");
  tess = await sitDownAs(browser, berth, tester);
  desks.push(house.admin, tess);
});
test.afterEach(() => expect(desks.flatMap(({ errors }) => errors)).toEqual([]));
test.afterAll(async () => {
  await Promise.all(desks.map((desk) => desk.close()));
  await copy?.remove();
});

test("a tester sees review, demo, staging and UAT, and of production neither column, card, list, count nor search result", async ({
  berth,
}) => {
  await expectOnly(tess, berth, shown, await placesOf(berth, house.token));
});

test("what runs in staging and in UAT opens from its page, and its log is read there", async ({ berth }) => {
  const { page } = tess;
  for (const { name } of [house.staging, house.uat]) {
    await page.goto(`${berth.dashboardUrl}/p/${slug}/e/${name}`);
    await expect(page.getByRole("region", { name: "Runtime log" })).toContainText("The shop is open on port", { timeout: 30_000 });
    const [opened] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "Open", exact: true }).click()]);
    await expect(opened.getByRole("heading", { name: "Harbour Shop", exact: true })).toBeVisible();
    await opened.close();
    // The visit is in the log that is being followed.
    await expect(page.getByRole("region", { name: "Runtime log" })).toContainText("GET /", { timeout: 30_000 });
  }
});

test("a tester deploys to staging again", async ({ berth }) => {
  const { page } = tess;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/staging/v1.1`);
  await page.getByRole("button", { name: "Redeploy", exact: true }).click();
  await expect(page.getByRole("heading", { name: /^Deployment #\d+ Live$/ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("main")).toContainText(`Redeploy by ${tester.name}`);
  await settled(berth, house.token, "staging/v1.1");
});

test("pages offer a tester nothing she may not do: no preview, no redeploy of a review, no variables, no sharing", async ({ berth }) => {
  const { page } = tess;
  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await expect(page.getByRole("button", { name: /^(Preview|Deploy|Redeploy|Start) / })).toHaveCount(0);
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/${review.name}`);
  await expect(page.getByRole("link", { name: "Open", exact: true })).toBeVisible();
  for (const name of ["Redeploy", "Stop…", "Destroy…"]) await expect(page.getByRole("button", { name })).toHaveCount(0);
  for (const name of ["Variables", "Sharing", "Share"]) await expect(page.getByRole("link", { name, exact: true })).toHaveCount(0);
});

test("pages that are not a tester's do not exist for one who knows their address", async ({ berth }) => {
  const own = ["variables", "sharing"].map((tab) => `/p/${slug}/e/${review.name}/${tab}`);
  const paths = [...(await hiddenPages(berth, house, tester)), ...own, `/p/${slug}/e/uat/v1.0/variables`, `/p/${slug}/variables`];
  for (const path of paths) expect(await knock(tess, `${berth.dashboardUrl}${path}`), path).toBe(404);
  for (const path of [`/p/${slug}/e/production/~`, `/p/${slug}/e/${review.name}/variables`, `/p/${slug}/settings`])
    await expectNothingAt(tess, `${berth.dashboardUrl}${path}`);
});

test("REST refuses a tester's own token what is not hers", async ({ berth }) => {
  token = await makeToken(tess.page, berth, "test scripts");
  await expectRefusals(berth, token, [
    ["GET", `/environments/${house.production.id}`, "not_found"],
    ["POST", `/environments/${house.production.id}/redeploy`, "not_found"],
    ["DELETE", `/environments/${house.production.id}`, "not_found"],
    ["GET", `/deployments/${house.production.deployment?.id}`, "not_found"],
    ["POST", `/projects/${slug}/environments`, "forbidden", { ref: "refs/heads/feature/checkout" }],
    ["POST", `/environments/${review.id}/redeploy`, "forbidden"],
    ["POST", `/environments/${review.id}/stop`, "forbidden"],
    ["DELETE", `/environments/${house.staging.id}`, "forbidden"],
    ["POST", `/environments/${house.uat.id}/stop`, "forbidden"],
    ["POST", `/environments/${review.id}/share-links`, "forbidden", { note: "for me", expiresInHours: 1 }],
    ["PUT", `/projects/${slug}/variables`, "forbidden", { scope: "environment", environment: review.id, name: "A", value: "b" }],
    ["GET", `/projects/${slug}/variables`, "forbidden"],
    ["GET", "/people", "forbidden"],
    ["PUT", `/projects/${slug}/members`, "forbidden", { email: tester.email, roles: ["developer"] }],
  ]);
});

test("the stream and the URL of production are not there for a tester", async ({ berth }) => {
  expect(await knock(tess, `${berth.dashboardUrl}/stream/environments/${house.uat.id}/log`)).toBe(200);
  expect(await knock(tess, `${berth.dashboardUrl}/stream/environments/${house.production.id}/log`)).toBe(404);
  expect(await knock(tess, `${berth.dashboardUrl}/stream/deployments/${house.production.deployment?.id}/log`)).toBe(404);
  expect((await openAtGateway(berth, house.uat.url, token)).status).toBe(200);
  expect((await openAtGateway(berth, house.production.url, token)).status).toBe(404);
  await expectNothingAt(tess, house.production.url);
});

test("a tester clones and does not push, and the terminal says why", async ({ berth }) => {
  copy = await clone(berth, slug, token);
  await copy.git("checkout", "--quiet", "-b", "my-branch");
  await copy.git("commit", "--quiet", "--allow-empty", "--message", "Mine");
  await expect(copy.git("push", "--quiet", "origin", "my-branch")).rejects.toThrow(/You may clone this repository, not push to it/);
  expect(await copy.git("ls-remote", "origin", "my-branch")).toBe("");
});
