import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type WorkingCopy, clone, expect, test } from "./fixtures.ts";
import { expectOnly, expectRefusals, hiddenPages } from "./others-doors.ts";
import {
  type Desk,
  type House,
  developer,
  ensureCast,
  expectNothingAt,
  knock,
  makeToken,
  measured,
  openAtGateway,
  openHouse,
  placesOf,
  settled,
  sitDown,
  sitDownAs,
  slug,
} from "./people.ts";

/** A developer's working day, and the doors that are not hers. One story: every step stands on the one before. */
test.describe.configure({ mode: "serial" });

const shown = ["review", "demo", "staging"] as const;
const desks: Desk[] = [];
let house: House;
let dora: Desk;
let token = "";
let copy: WorkingCopy;
let previewUrl = "";

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(240_000);
  house = await openHouse(browser, berth);
  await ensureCast(berth, house.token);
  dora = await sitDownAs(browser, berth, developer);
  desks.push(house.admin, dora);
});
test.afterEach(() => expect(desks.flatMap(({ errors }) => errors)).toEqual([]));
test.afterAll(async () => {
  await Promise.all(desks.map((desk) => desk.close()));
  await copy?.remove();
});

test("a developer sees review, demo and staging, and of UAT and production neither column, card, list, count nor search result", async ({
  berth,
}) => {
  await expectOnly(dora, berth, shown, await placesOf(berth, house.token));
});

test("one click previews a branch; its log moves, and its URL opens in the same browser without a word typed", async ({ berth }) => {
  const { page } = dora;
  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await page.getByRole("button", { name: "Preview issue-2" }).click();
  await page.waitForURL(/\/deployments\//);
  await expect(page.getByText("exporting to image").first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name: "Deployment #1 Live" })).toBeVisible({ timeout: 60_000 });
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/review/issue-2`);
  const [opened] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "Open", exact: true }).click()]);
  await expect(opened.getByRole("heading", { name: "Autumn sale" })).toBeVisible();
  previewUrl = opened.url();
  expect(new URL(previewUrl).host).toBe(`issue-2--${slug}.${berth.previewHost}`);
  await opened.close();
});

test("in a browser without a sign-in the URL leads to the sign-in, and from there to the app and the path that was wanted", async ({
  browser,
  berth,
}) => {
  const desk = await sitDown(browser);
  desks.push(desk);
  await desk.page.goto(new URL("/shelf?from=mail", previewUrl).href);
  await expect(desk.page).toHaveURL((url) => url.origin === berth.dashboardUrl && url.pathname === "/sign-in");
  await desk.page.getByLabel("E-mail").fill(developer.email);
  await desk.page.getByLabel("Password").fill(developer.password);
  await desk.page.getByRole("button", { name: "Sign in" }).click();
  await expect(desk.page.getByRole("heading", { name: "Autumn sale" })).toBeVisible();
  expect(desk.page.url()).toBe(new URL("/shelf?from=mail", previewUrl).href);
});

test("a token limited to the project pushes a commit, and the running preview shows it", async ({ berth }) => {
  token = await makeToken(dora.page, berth, "my laptop", "Sample shop");
  await expect(dora.page.getByText("Sample shop")).toBeVisible();
  copy = await clone(berth, slug, token);
  await copy.git("checkout", "--quiet", "issue-2");
  const file = join(copy.folder, "shop.json");
  await writeFile(file, (await readFile(file, "utf8")).replace("Autumn sale", "Winter sale"));
  await copy.git("commit", "--quiet", "--all", "--message", "Winter comes");
  await copy.git("push", "--quiet");
  await expect
    .poll(async () => (await openAtGateway(berth, previewUrl, token)).text, { timeout: 60_000 })
    .toContain("<h1>Winter sale</h1>");
  expect((await openAtGateway(berth, previewUrl, null)).status).toBe(404);
});

test("a stranger sees the preview by a share link, and stops seeing it when the link is revoked", async ({ browser, berth }) => {
  const { page } = dora;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/review/issue-2`);
  await page.getByRole("link", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: "New link" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("For whom is it?").fill("The customer");
  await sheet.getByRole("button", { name: "Make the link" }).click();
  const link = (await sheet.getByText(/share=berth_share_/).textContent()) ?? "";
  await sheet.getByRole("button", { name: "I have it" }).click();

  const stranger = await sitDown(browser);
  desks.push(stranger);
  await stranger.page.goto(link);
  await expect(stranger.page.getByRole("heading", { name: "Winter sale" })).toBeVisible();
  expect(stranger.page.url()).toBe(previewUrl);
  // The link is to this environment alone.
  await stranger.page.goto(house.demo.url);
  await expect(stranger.page.getByRole("button", { name: "Sign in" })).toBeVisible();

  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await sheet.getByRole("button", { name: "Revoke the link" }).click();
  await expect(page.getByText("No links")).toBeVisible();
  const revokedAt = performance.now();
  const ended = async () => {
    await stranger.page.goto(previewUrl);
    return new URL(stranger.page.url()).pathname;
  };
  await expect.poll(ended, { timeout: 30_000, intervals: [100] }).toBe("/sign-in");
  measured("a stranger's page after the share link was revoked", revokedAt, 30_000);
  const again = await stranger.page.goto(link);
  expect(again?.status()).toBe(404);
  await expect(stranger.page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  stranger.errors.length = 0;
});

test("a variable of the preview is set on its page and reaches it by a new release", async ({ berth }) => {
  const { page } = dora;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/review/issue-2/variables`);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Name").fill("GREETING");
  await sheet.getByLabel("Value").fill("Ahoy");
  await sheet.getByRole("button", { name: "Add it" }).click();
  await expect(page.getByRole("row", { name: "GREETING" })).toContainText("Ahoy");
  await expect(page.getByRole("row", { name: "GREETING" })).toContainText(developer.name);
  // The preview, the push, and this.
  await expect.poll(async () => (await settled(berth, token, "review/issue-2")).release?.number, { timeout: 60_000 }).toBe(3);
});

test("pages that are not a developer's do not exist for one who knows their address", async ({ berth }) => {
  for (const path of await hiddenPages(berth, house, developer)) expect(await knock(dora, `${berth.dashboardUrl}${path}`), path).toBe(404);
  for (const path of [
    `/p/${slug}/e/uat/v1.0`,
    `/p/${slug}/e/production/~/history`,
    `/deployments/${house.production.deployment?.id}`,
    `/p/${slug}/e/demo/master/variables`,
    `/p/${slug}/e/staging/v1.0/sharing`,
    "/people",
  ])
    await expectNothingAt(dora, `${berth.dashboardUrl}${path}`);
  await dora.page.goto(`${berth.dashboardUrl}/p/${slug}/members`);
  await expect(dora.page.getByRole("row", { name: developer.name })).toContainText("developer");
  await expect(dora.page.getByRole("button", { name: /Add a member|Change the roles/ })).toHaveCount(0);
});

test("REST answers a developer's token with 404 for what she may not see and 403 for what she may see and not do", async ({ berth }) => {
  await expectRefusals(berth, token, [
    ["GET", `/environments/${house.uat.id}`, "not_found"],
    ["POST", `/environments/${house.uat.id}/redeploy`, "not_found"],
    ["POST", `/environments/${house.production.id}/stop`, "not_found"],
    ["GET", `/environments/${house.production.id}/share-links`, "not_found"],
    ["GET", `/deployments/${house.uat.deployment?.id}`, "not_found"],
    ["GET", `/deployments/${house.production.deployment?.id}/log`, "not_found"],
    ["POST", `/environments/${house.staging.id}/redeploy`, "forbidden"],
    ["GET", `/deployments/${house.staging.deployment?.id}/log`, "forbidden"],
    ["DELETE", `/environments/${house.demo.id}`, "forbidden"],
    ["PUT", `/projects/${slug}/variables`, "forbidden", { scope: "environment", environment: house.demo.id, name: "A", value: "b" }],
    ["PUT", `/projects/${slug}/members`, "forbidden", { email: developer.email, roles: ["ops"] }],
    ["GET", `/projects/${slug}/permissions`, "forbidden"],
    ["PATCH", `/projects/${slug}`, "forbidden", { protectedTags: [] }],
    ["GET", "/people", "forbidden"],
    ["GET", "/groups", "forbidden"],
    ["POST", "/projects", "forbidden", { name: "Mine" }],
    ["GET", "/audit/verify", "forbidden"],
  ]);
});

test("the streams and URLs of hidden environments are not there for a developer, by session, token or hand-off", async ({ berth }) => {
  for (const hidden of [house.uat, house.production]) {
    expect(await knock(dora, `${berth.dashboardUrl}/stream/environments/${hidden.id}/log`)).toBe(404);
    expect(await knock(dora, `${berth.dashboardUrl}/stream/deployments/${hidden.deployment?.id}/log`)).toBe(404);
    const unknown = await openAtGateway(berth, hidden.url.replace("v1-0", "v9-9"), token);
    expect(await openAtGateway(berth, hidden.url, token)).toEqual(unknown);
    expect(unknown.status).toBe(404);
    await expectNothingAt(dora, hidden.url);
  }
  expect(await knock(dora, `${berth.dashboardUrl}/stream/environments/${house.staging.id}/log`)).toBe(403);
  expect(await knock(dora, `${berth.dashboardUrl}/stream/environments/${house.demo.id}/log`)).toBe(200);
});

test("a tag that was tested is not moved by a push, and the terminal says why", async () => {
  await copy.git("tag", "--force", "v1.0", "issue-2");
  const moved = copy.git("push", "--quiet", "--force", "origin", "v1.0");
  await expect(moved).rejects.toThrow(/That tag is protected\. v1\.0 cannot be moved or deleted\./);
  await expect(copy.git("push", "--quiet", "origin", ":refs/tags/v1.1")).rejects.toThrow(/v1\.1 cannot be moved or deleted/);
  expect(await copy.git("ls-remote", "origin", "refs/tags/v1.1")).toContain("refs/tags/v1.1");
});
