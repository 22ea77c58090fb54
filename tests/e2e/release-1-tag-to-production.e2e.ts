import { type WorkingCopy, admin, clone, expect, test } from "./fixtures.ts";
import {
  type Colleague,
  type Desk,
  type House,
  call,
  developer,
  makeToken,
  openHouse,
  ops,
  placesOf,
  settled,
  sitDownAs,
  slug,
} from "./people.ts";
import {
  addMember,
  addVariable,
  agreeByRest,
  approve,
  carryByRest,
  digestInRegistry,
  digestsRunning,
  expectTitle,
  freeze,
  openFromInbox,
  paste,
  promotionOn,
  pushTag,
  titleAt,
  verdictOf,
  waitingOf,
} from "./release.ts";

/** Four people carry a tag to production and go back again. One story: every step stands on the one before. */
test.describe.configure({ mode: "serial" });
test.use({ productOf: "a release" });

const tester: Colleague = { name: "Tom Achterberg", email: "tom@example.org", password: "sounding lead line", role: "tester" };
const complaint = "I opened the shop and read the motto aloud: the edition is not said anywhere.";
const titles = { first: "Harbour Shop", rejected: "Harbour Shop, new", mended: "Harbour Shop, second edition", night: "The shop by night" };
const desks: Desk[] = [];
let house: House;
let dora: Desk;
let tom: Desk;
let otto: Desk;
const tokens = { developer: "", tester: "", ops: "" };
let copy: WorkingCopy;

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(240_000);
  house = await openHouse(browser, berth);
  for (const { role: _role, ...person } of [developer, tester, ops])
    expect((await call(berth, house.token, "POST", "/people", person)).status).toBe(201);
  dora = await sitDownAs(browser, berth, developer);
  tom = await sitDownAs(browser, berth, tester);
  otto = await sitDownAs(browser, berth, ops);
  desks.push(house.admin, dora, tom, otto);
});
test.afterEach(() => expect(desks.flatMap(({ errors }) => errors)).toEqual([]));
test.afterAll(async () => {
  await Promise.all(desks.map((desk) => desk.close()));
  await copy?.remove();
});

test("an admin gives the roles and asks for a second person at the door of production", async ({ berth }) => {
  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/members`);
  const sheet = page.getByRole("dialog");
  // Dora tests the work of others, too: what she may not judge is her own. Ada is the second one who looks after production.
  for (const [person, roles] of [
    [{ ...admin, name: "Ada", role: "ops" }, ["ops"]],
    [developer, ["developer", "tester"]],
    [tester, ["tester"]],
    [ops, ["ops"]],
  ] as const) {
    await addMember(page, person.email, roles);
    await expect(page.getByRole("row", { name: person.name }).getByText(person.role, { exact: true })).toBeVisible();
  }
  await page.goto(`${berth.dashboardUrl}/p/${slug}/pipeline`);
  await page.getByRole("button", { name: "Edit Production" }).click();
  await sheet.getByLabel("Second person").selectOption("has to agree to each promotion");
  await sheet.getByRole("button", { name: "Save" }).click();
  const stage = (title: string) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
  await expect(stage("Production")).toContainText("after an approving verdict and a second person’s approval");
  await expect(stage("Staging")).toContainText("starts by itself, on push");
});

test("a pushed tag appears in staging by itself on the board that is open", async ({ berth }) => {
  const { page } = dora;
  tokens.developer = await makeToken(page, berth, "my laptop", "Sample shop");
  copy = await clone(berth, slug, tokens.developer, developer);
  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  const card = page.getByRole("article", { name: "staging/v2.0", exact: true });
  await expect(page.getByRole("article", { name: "staging/v1.1", exact: true })).toBeVisible();
  await page.evaluate(() => document.body.setAttribute("data-untouched", ""));
  await pushTag(copy, "v2.0", titles.rejected, "feat: a new name for the shop");
  await expect(card).toBeVisible({ timeout: 30_000 });
  await expect(card.getByText("Healthy")).toBeVisible({ timeout: 60_000 });
  await expect(card).toContainText("feat: a new name for the shop");
  await expect(page.locator("body[data-untouched]")).toHaveCount(1);
});

test("a tester finds it in the inbox, opens what runs, and rejects it with words and a pasted screenshot", async ({ berth }) => {
  const { page } = tom;
  await openFromInbox(page, berth, "staging/v2.0 waits for a verdict");
  await expect(waitingOf(page)).toContainText("verdict_missing");
  const [opened] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "Open", exact: true }).click()]);
  await expect(opened.getByRole("heading", { name: titles.rejected, exact: true })).toBeVisible();
  const screenshot = await opened.screenshot();
  await opened.close();

  await verdictOf(page).getByRole("button", { name: "Reject" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Why").fill(complaint);
  await paste(sheet.getByLabel("Why"), screenshot);
  await expect(sheet.getByRole("img", { name: "Screenshot 1" })).toBeVisible();
  await sheet.getByRole("button", { name: "Reject" }).click();
  await expect(sheet).toHaveCount(0);
  await expect(verdictOf(page).getByText("Rejected", { exact: true })).toBeVisible();
  await expect(waitingOf(page)).toContainText("rejected");
});

test("the author reads the rejection in the inbox, by the bell and with its picture, and cannot approve what is her own", async ({
  berth,
}) => {
  const { page } = dora;
  await page.goto(`${berth.dashboardUrl}/inbox`);
  const rejected = page.getByRole("listitem").filter({ hasText: "staging/v2.0 was rejected" });
  await expect(rejected).toContainText(complaint);
  await page.getByRole("link", { name: /^Notifications: \d+ new$/ }).click();
  const told = page.getByRole("listitem").filter({ hasText: "staging/v2.0 was rejected" });
  await expect(told).toContainText(complaint);
  await expect(told).toContainText("you wrote the commit");
  await told.getByRole("link").click();

  await expect(page.getByRole("heading", { level: 1, name: "staging/v2.0" })).toBeVisible();
  await expect(verdictOf(page)).toContainText(complaint);
  await expect(verdictOf(page)).toContainText("It is your own work: somebody else has to judge it.");
  await expect(verdictOf(page).getByRole("button")).toHaveCount(0);
  await page.getByRole("link", { name: "All verdicts" }).click();
  const picture = page.getByRole("img", { name: "Screenshot 1 of verdict #1" });
  await expect.poll(() => picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0))).toBeGreaterThan(500);

  const { id } = await settled(berth, tokens.developer, "staging/v2.0");
  const own = await call(berth, tokens.developer, "POST", `/environments/${id}/verdicts`, { verdict: "approve" });
  expect([own.status, own.code]).toEqual([403, "own_commit"]);
  const past = await call(berth, house.token, "POST", `/environments/${id}/promotions`, { to: "uat" });
  expect(past.code).toBe("rejected");
});

test("a changed variable voids the approval of the mended tag before everybody’s eyes, and it is given anew", async ({ berth }) => {
  test.setTimeout(240_000);
  const { page } = tom;
  await pushTag(copy, "v2.1", titles.mended, "fix: say which edition it is, closes #7");
  await settled(berth, tokens.developer, "staging/v2.1");
  await openFromInbox(page, berth, "staging/v2.1 waits for a verdict");
  await approve(page, "The edition is said.");

  const { page: at } = otto;
  await at.goto(`${berth.dashboardUrl}/p/${slug}/e/staging/v2.1/variables`);
  await addVariable(at, "PRICE_LEVEL", "high");
  await expect(verdictOf(page).getByText("Verdict void")).toBeVisible({ timeout: 30_000 });
  await expect(verdictOf(page)).toContainText(`PRICE_LEVEL changed by ${ops.name}`);
  await expect(waitingOf(page)).toContainText("verdict_void");
  await expect(verdictOf(page)).toContainText("You judge release #2", { timeout: 60_000 });
  await settled(berth, tokens.developer, "staging/v2.1");
  await approve(page, "Dearer, and in order.");
});

test("he promotes it to UAT from a sheet that says what changes, and judges it there", async ({ berth }) => {
  test.setTimeout(240_000);
  const { page } = tom;
  tokens.tester = await makeToken(page, berth, "test scripts");
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/staging/v2.1`);
  await page.getByRole("link", { name: "Promote to UAT…" }).click();
  const sheet = page.getByRole("dialog", { name: "Promote staging/v2.1 to UAT?" });
  await expect(sheet).toContainText("as it was built, never rebuilt");
  await expect(sheet).toContainText("it is the first release there");
  await expect(sheet).toContainText("1 differs");
  await sheet.getByRole("button", { name: "Promote to UAT" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Promotion to UAT" })).toContainText("Done", { timeout: 60_000 });
  await expect(page.getByRole("main")).toContainText("uat-v2.1");
  await settled(berth, tokens.tester, "uat/v2.1");
  await openFromInbox(page, berth, "uat/v2.1 waits for a verdict");
  await approve(page, "As in staging.");
});

test("ops finds it in the inbox and asks for production, which waits for a second person and never for himself", async ({ berth }) => {
  const { page } = otto;
  tokens.ops = await makeToken(page, berth, "on call");
  await openFromInbox(page, berth, "uat/v2.1 is approved");
  await page.getByRole("link", { name: "Promote to Production…" }).click();
  const sheet = page.getByRole("dialog", { name: "Promote uat/v2.1 to Production?" });
  const commits = sheet.getByRole("list", { name: "Commits in" });
  await expect(commits.getByRole("listitem")).toHaveCount(3, { timeout: 30_000 });
  await expect(commits).toContainText("fix: say which edition it is, closes #7");
  await expect(sheet).toContainText("a second person has to agree first");
  await sheet.getByLabel("Why").fill("The season begins.");
  await sheet.getByRole("button", { name: "Promote to Production" }).click();
  const promotion = await promotionOn(page);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Waits for a second person");
  await expect(waitingOf(page)).toContainText("approval_pending");
  const own = await call(berth, tokens.ops, "POST", `/promotions/${promotion}/approvals`, {});
  expect([own.status, own.code]).toEqual([403, "own_commit"]);
  expect((await call(berth, tokens.tester, "POST", `/promotions/${promotion}/approvals`, {})).code).toBe("not_found");
  expect(await titleAt(berth, house.production.url, tokens.ops)).toBe(titles.first);
});

test("a second person agrees, and production runs the very image of staging: registry and engine say so", async ({ berth }) => {
  test.setTimeout(240_000);
  await house.admin.page.goto(`${berth.dashboardUrl}/notifications`);
  await house.admin.page.getByRole("link", { name: "uat/v2.1 waits for an approval" }).click();
  await house.admin.page.getByLabel("Words").fill("Go.");
  await house.admin.page.getByRole("button", { name: "Agree" }).click();
  await expect(otto.page.getByRole("heading", { level: 1, name: "Promotion to Production" })).toContainText("Done", { timeout: 90_000 });
  await expectTitle(berth, house.production.url, tokens.ops, titles.mended);

  const staging = await settled(berth, tokens.ops, "staging/v2.1");
  const uat = await settled(berth, tokens.ops, "uat/v2.1");
  const promoted = await digestInRegistry(berth, "uat-v2.1");
  expect(promoted).toMatch(/^sha256:/);
  expect(await digestInRegistry(berth, "production-2")).toBe(promoted);
  for (const { id } of [staging, uat, house.production])
    // What ran before is given a few seconds to end.
    await expect.poll(() => digestsRunning(berth, id), { timeout: 30_000 }).toEqual([promoted]);

  const { page } = otto;
  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await expect(page.getByRole("article", { name: "uat/v2.1", exact: true })).toContainText("Production: the same image");
  const older = page.getByRole("article", { name: "uat/v1.0", exact: true });
  await expect(older).toContainText("Production: 3 commits back", { timeout: 30_000 });
  await expect(older.getByRole("link", { name: /^Promote/ })).toHaveCount(0);
});

test("the next release goes the same way, and one confirm rolls production back to the one before", async ({ berth }) => {
  test.setTimeout(300_000);
  await pushTag(copy, "v2.2", titles.night, "feat(shop): open by night");
  await agreeByRest(berth, house.token, await carryByRest(berth, tokens, "v2.2"));
  await expectTitle(berth, house.production.url, tokens.ops, titles.night);
  await settled(berth, tokens.ops, "production");

  const { page } = otto;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/e/production/~/history`);
  await page.getByRole("link", { name: "Roll back to #2" }).click();
  const sheet = page.getByRole("dialog", { name: "Roll production back to release #2?" });
  await expect(sheet.getByRole("list", { name: "Commits out" })).toContainText("feat(shop): open by night", { timeout: 30_000 });
  await sheet.getByRole("button", { name: "Roll back to #2" }).click();
  await expect(sheet).toHaveCount(0);
  await expectTitle(berth, house.production.url, tokens.ops, titles.mended);
  const { id } = await settled(berth, tokens.ops, "production");
  // What ran before is given a few seconds to end.
  await expect.poll(() => digestsRunning(berth, id), { timeout: 30_000 }).toEqual([await digestInRegistry(berth, "uat-v2.1")]);
});

test("release notes tell what lies between the two, and the measures know every deployment to production", async ({ berth }) => {
  const { page } = otto;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/release-notes`);
  await page.getByLabel("From", { exact: true }).selectOption("v2.0");
  await page.getByLabel("To", { exact: true }).selectOption("v2.2");
  await page.getByRole("button", { name: "Compare" }).click();
  const note = page.getByRole("main");
  await expect(note).toContainText("open by night", { timeout: 30_000 });
  await expect(note).toContainText("say which edition it is");
  await expect(note).toContainText(`By ${developer.name}`);
  await expect(note).toContainText("#7");

  await page.goto(`${berth.dashboardUrl}/p/${slug}/measures`);
  const deployments = page.getByRole("region", { name: "Deployments to production" });
  // v1.0, v2.1 and v2.2; going back is none.
  await deployments.getByText("3 rows").click();
  await expect(deployments.getByRole("link", { name: /^production/ })).toHaveCount(3);
  await expect(page.getByRole("region", { name: "Review wait" })).not.toContainText("–");
});

test("in a freeze a promotion waits and says why and until when, and goes on by itself when the window is lifted", async ({ berth }) => {
  test.setTimeout(240_000);
  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/pipeline`);
  await freeze(page, "Production", "Regatta week");
  await expect(page.getByText("frozen now")).toBeVisible();

  const { page: at } = otto;
  await at.goto(`${berth.dashboardUrl}/p/${slug}/e/uat/v2.2?promote`);
  const confirm = at.getByRole("dialog", { name: "Promote uat/v2.2 to Production?" });
  await expect(confirm).toContainText("Production is frozen: Regatta week.");
  await confirm.getByRole("button", { name: "Promote to Production" }).click();
  await agreeByRest(berth, house.token, await promotionOn(at));
  const promotion = at.getByRole("heading", { level: 1, name: "Promotion to Production" });
  await expect(promotion).toContainText("Waiting", { timeout: 30_000 });
  await expect(waitingOf(at)).toContainText("Production is frozen: Regatta week.");
  await expect(waitingOf(at)).toContainText(/expected (?:in|tomorrow)/);
  expect(await titleAt(berth, house.production.url, tokens.ops)).toBe(titles.mended);

  await page.getByRole("button", { name: "Lift Regatta week" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Lift the freeze" }).click();
  await expect(promotion).toContainText("Done", { timeout: 90_000 });
  await expectTitle(berth, house.production.url, tokens.ops, titles.night);
  expect((await placesOf(berth, tokens.ops)).find(({ name }) => name === "production")?.release?.number).toBeGreaterThan(3);
});
