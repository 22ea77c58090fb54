import { readFile } from "node:fs/promises";

import { clone, expect, test } from "./fixtures.ts";
import { expectRefusals } from "./others-doors.ts";
import {
  type Desk,
  type House,
  type Place,
  call,
  developer,
  ensureCast,
  ensurePreview,
  expectNothingAt,
  forgive,
  idOf,
  knock,
  listen,
  makeToken,
  measured,
  openAtGateway,
  openHouse,
  ops,
  sitDownAs,
  slug,
  tester,
} from "./people.ts";

/** What an admin sees of the others, and what remains of somebody whose rights are taken. One story: every step stands on the one before. */
test.describe.configure({ mode: "serial" });

const limitMs = 30_000;
const desks: Desk[] = [];
let house: House;
let review: Place;
let dora: Desk;
let otto: Desk;
let dorasToken = "";
let ottosToken = "";

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(240_000);
  house = await openHouse(browser, berth);
  await ensureCast(berth, house.token);
  review = await ensurePreview(berth, house.token, "issue-2");
  dora = await sitDownAs(browser, berth, developer);
  otto = await sitDownAs(browser, berth, ops);
  desks.push(house.admin, dora, otto);
  dorasToken = await makeToken(dora.page, berth, "the day's end");
  ottosToken = await makeToken(otto.page, berth, "the day's end");
});
test.afterEach(() => expect(desks.flatMap(({ errors }) => errors)).toEqual([]));
test.afterAll(() => Promise.all(desks.map((desk) => desk.close())));

test("an admin who views as a tester sees what she sees, under a bar that says so, and changes nothing", async ({ berth }) => {
  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/view-as`);
  await page.getByRole("button", { name: `View as ${tester.name}` }).click();
  const bar = page.getByRole("complementary", { name: "View as" });
  await expect(bar).toContainText(`You see Berth as ${tester.name}, read-only.`);
  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(["Review", "Demo", "Staging", "UAT"]);
  await expect(bar).toBeVisible();
  for (const path of [`/p/${slug}/e/production/~`, "/people"]) await expectNothingAt(house.admin, `${berth.dashboardUrl}${path}`);

  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/staging/v1.0`);
  await page.getByRole("button", { name: "Redeploy", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "You are looking through another's eyes." })).toBeVisible();
  expect((await call(berth, house.token, "GET", `/environments/${house.staging.id}`)).text).toContain(house.staging.deployment?.id);

  await bar.getByRole("button", { name: "End viewing as somebody else" }).click();
  await expect(bar).toHaveCount(0);
  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await expect(page.getByRole("region", { name: "Production" }).getByRole("article")).toHaveCount(1);
});

test("the audit log tells what somebody did and was refused, alone and as a file, and its chain adds up", async ({ berth }) => {
  await expectRefusals(berth, dorasToken, [["POST", `/environments/${house.staging.id}/redeploy`, "forbidden"]]);
  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/audit`);
  await page.getByLabel("Who").fill(developer.email);
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(/who=/);
  const rows = page.getByRole("region", { name: "Audit log" }).getByRole("row");
  await expect(rows.filter({ hasText: "Sign in" }).first()).toBeVisible();
  await expect(rows.filter({ hasText: "Redeploy" }).filter({ hasText: "no right to it" }).first()).toContainText("the day's end");
  await expect(rows.filter({ hasNotText: developer.name })).toHaveCount(1);

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CSV" }).click()]);
  const [head, ...lines] = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(head).toContain('"entry","at","who"');
  expect(lines.length).toBeGreaterThan(2);
  // A sign-in is told under the address that was typed.
  expect(lines.filter((line) => ![developer.name, developer.email].includes(line.split('","')[2] ?? ""))).toEqual([]);
  expect(lines.filter((line) => line.includes('"environment.redeploy"') && line.includes('"denied"')).length).toBeGreaterThan(0);

  await page.goto(`${berth.dashboardUrl}/audit`);
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText(/^The chain adds up: [\d,]+ entries, none changed, removed or put in\.$/)).toBeVisible();
});

test("a role that is taken away ends the open board, the open log and the open preview within thirty seconds", async ({ berth }) => {
  test.setTimeout(120_000);
  const board = dora.page;
  const context = board.context();
  const [log, preview] = [await context.newPage(), await context.newPage()];
  await board.goto(`${berth.dashboardUrl}/p/${slug}`);
  await expect(board.getByRole("article", { name: review.name, exact: true })).toBeVisible();
  await log.goto(`${berth.dashboardUrl}/p/${slug}/e/${review.name}`);
  await expect(log.getByRole("region", { name: "Runtime log" })).toContainText("The shop is open on port", { timeout: 30_000 });
  await expect(log.getByText("Live", { exact: true }).first()).toBeVisible();
  await preview.goto(review.url);
  const answers = () => preview.evaluate(async () => (await fetch("/api/shop")).status);
  expect(await answers()).toBe(200);
  const streams = [`environments/${review.id}/log`, `environments/${house.demo.id}/log`];
  const heard = await Promise.all(streams.map(async (path) => listen(dora, `${berth.dashboardUrl}/stream/${path}`)));

  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/members`);
  await page.getByRole("button", { name: `Change the roles of ${developer.name}` }).click();
  await page.getByRole("dialog").getByRole("checkbox", { name: "developer" }).uncheck();
  const takenAt = performance.now();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();

  const nothing = { level: 1, name: "There is no such thing here" } as const;
  const ends = (what: string) => () => measured(what, takenAt, limitMs);
  await Promise.all([
    expect(page.getByText(`${developer.name} has no role here any more.`))
      .toBeVisible()
      .then(ends("the admin is told")),
    expect
      .poll(answers, { timeout: limitMs, intervals: [100] })
      .toBe(404)
      .then(ends("the open preview")),
    Promise.all(heard.map(({ ended }) => ended)).then(ends("the log streams")),
    expect(log.getByRole("heading", nothing)).toBeVisible({ timeout: limitMs }).then(ends("the open page with the log")),
    expect(board.getByRole("heading", nothing)).toBeVisible({ timeout: limitMs }).then(ends("the open board")),
  ]);
  await log.close();
  await preview.close();
  forgive(dora, 404);
});

test("afterwards nothing of the project is there for the one whose role was taken", async ({ berth }) => {
  const paths = ["", "/refs", "/members", "/audit", `/e/${review.name}`, "/e/demo/master"].map((path) => `/p/${slug}${path}`);
  const streams = [`environments/${review.id}/log`, `environments/${house.demo.id}/log`, `deployments/${review.deployment?.id}/log`];
  for (const path of [...paths, `/deployments/${review.deployment?.id}`, ...streams.map((stream) => `/stream/${stream}`)])
    expect(await knock(dora, `${berth.dashboardUrl}${path}`), path).toBe(404);
  await expectRefusals(berth, dorasToken, [
    ["GET", `/projects/${slug}`, "not_found"],
    ["GET", `/environments/${review.id}`, "not_found"],
    ["POST", `/environments/${review.id}/redeploy`, "not_found"],
    ["POST", `/projects/${slug}/environments`, "not_found", { ref: "refs/heads/feature/checkout" }],
  ]);
  expect((await openAtGateway(berth, review.url, dorasToken)).status).toBe(404);
  await expect(clone(berth, slug, dorasToken)).rejects.toThrow(/not found/i);
  await expectNothingAt(dora, review.url);
  await dora.page.goto(berth.dashboardUrl);
  await expect(dora.page.getByRole("heading", { name: "You are not in a project yet" })).toBeVisible();
});

test("somebody who is disabled is out with the next request, by session, token, stream, Git and password", async ({ berth }) => {
  expect(await knock(otto, `${berth.dashboardUrl}/p/${slug}`)).toBe(200);
  expect((await call(berth, ottosToken, "GET", `/projects/${slug}`)).status).toBe(200);
  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/people/${await idOf(berth, house.token, ops)}`);
  await page.getByRole("button", { name: `Manage ${ops.name}` }).click();
  await page.getByRole("menuitem", { name: "Disable…" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: `Disable ${ops.name}` })
    .click();
  await expect(page.getByText("disabled", { exact: true }).first()).toBeVisible();

  expect(await knock(otto, `${berth.dashboardUrl}/stream/environments/${house.demo.id}/log`)).toBe(401);
  const { status, code } = await call(berth, ottosToken, "GET", `/projects/${slug}`);
  expect([status, code]).toEqual([401, "not_signed_in"]);
  expect((await openAtGateway(berth, house.demo.url, ottosToken)).status).toBe(404);
  await expect(clone(berth, slug, ottosToken)).rejects.toThrow(/Authentication failed|could not read/);

  await otto.page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await expect(otto.page).toHaveURL(/\/sign-in/);
  await otto.page.getByLabel("E-mail").fill(ops.email);
  await otto.page.getByLabel("Password").fill(ops.password);
  await otto.page.getByRole("button", { name: "Sign in" }).click();
  await expect(otto.page.getByText("E-mail or password is wrong.")).toBeVisible();
});
