import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { admin, expect, signIn, test } from "./fixtures.ts";
import { call, openHouse, settled } from "./people.ts";

/** Stands alone: sets up an admin and the sample unless another story of the same product did. */
const pages = [
  ["the sign-in", "/sign-in?error=identity_unknown"],
  ["the list of projects", "/"],
  ["a new project", "/new"],
  ["the board", "/p/sample-shop"],
  ["branches and tags", "/p/sample-shop/refs"],
  ["builds", "/p/sample-shop/builds"],
  ["the pipeline", "/p/sample-shop/pipeline"],
  ["an environment", "/p/sample-shop/e/demo/master"],
  ["an environment's verdicts", "/p/sample-shop/e/demo/master/verdicts"],
  ["an environment's history", "/p/sample-shop/e/demo/master/history"],
  ["an environment's timeline", "/p/sample-shop/e/demo/master/timeline"],
  ["an environment's variables", "/p/sample-shop/e/demo/master/variables"],
  ["what waits for a verdict", "/p/sample-shop/e/staging/v1.1"],
  ["what was approved and carried on", "/p/sample-shop/e/uat/v1.0"],
  ["the verdicts on it", "/p/sample-shop/e/uat/v1.0/verdicts"],
  ["production", "/p/sample-shop/e/production/~"],
  ["the way back in production", "/p/sample-shop/e/production/~/history"],
  ["how an environment is shared", "/p/sample-shop/e/demo/master/sharing"],
  ["the jobs of an environment", "/p/sample-shop/e/demo/master/jobs"],
  ["the jobs of a project", "/p/sample-shop/jobs"],
  ["a project's variables", "/p/sample-shop/variables"],
  ["measures", "/p/sample-shop/measures"],
  ["release notes", "/p/sample-shop/release-notes"],
  ["a project's members", "/p/sample-shop/members"],
  ["a project's permissions", "/p/sample-shop/permissions"],
  ["a project's settings", "/p/sample-shop/settings"],
  ["a project's app settings", "/p/sample-shop/app"],
  ["a stage's app settings", "/p/sample-shop/app?stage=staging"],
  ["the import of Marathon JSON", "/p/sample-shop/app/import"],
  ["the JSON of an environment", "/p/sample-shop/app/export"],
  ["the default permissions", "/permissions"],
  ["whom to view as", "/view-as"],
  ["people", "/people"],
  ["groups", "/groups"],
  ["clusters", "/clusters"],
  ["the account", "/account"],
  ["what one is told", "/account/notifications"],
  ["notifications", "/notifications"],
  ["a project's notifications", "/p/sample-shop/notifications"],
  ["a project's webhooks", "/p/sample-shop/webhooks"],
  ["system health", "/health"],
  ["utilisation", "/utilisation"],
  ["the audit log", "/audit"],
  ["an entry of the audit log", "/audit/1"],
  ["a project's audit log", "/p/sample-shop/audit"],
  ["the inbox", "/inbox"],
] as const;

/** Pages whose addresses hold an id: the page that leads there, and the link that does. */
const linked = [
  ["a person", "/people", (page: Page) => page.getByRole("region", { name: "People", exact: true }).getByRole("link")],
  ["a group", "/groups", (page: Page) => page.getByRole("region", { name: "Groups", exact: true }).getByRole("link")],
  ["a cluster", "/clusters", (page: Page) => page.getByRole("list", { name: "Clusters", exact: true }).getByRole("link")],
  ["a promotion", "/p/sample-shop/e/uat/v1.0", (page: Page) => page.getByRole("main").locator('a[href*="/promotions/"]')],
  ["a release note", "/p/sample-shop/release-notes", (page: Page) => page.getByRole("main").locator('a[href*="/release-notes/"]')],
  ["a job", "/p/sample-shop/jobs", (page: Page) => page.getByRole("main").locator('a[href*="/jobs/"]')],
  ["a deployment", "/p/sample-shop/e/demo/master", (page: Page) => page.getByRole("main").locator('a[href^="/deployments/"]')],
] as const;

const looks = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
] as const;

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(240_000);
  const { admin: desk, token, demo, production } = await openHouse(browser, berth);
  const { page } = desk;
  const made = await Promise.all([
    call(berth, token, "POST", "/projects/sample-shop/release-notes", { from: "tag:v1.0", to: "tag:v1.1" }),
    call(berth, token, "POST", `/environments/${demo.id}/jobs`, {
      name: "a-look",
      command: "true",
      scheduleKind: "cron",
      schedule: "0 4 * * *",
    }),
    // With another variable production has a release to go back to.
    call(berth, token, "PUT", "/projects/sample-shop/variables", {
      scope: "environment",
      environment: production.id,
      name: "LOOKED_AT",
      value: "yes",
    }),
  ]);
  expect(made.map(({ status }) => status)).toEqual([200, 201, 200]);
  const releaseOf = async () => (await settled(berth, token, "production")).release?.number;
  await expect.poll(releaseOf, { timeout: 60_000 }).toBeGreaterThan(production.release?.number ?? 0);
  await page.goto(`${berth.dashboardUrl}/groups`);
  await page.getByRole("button", { name: "New group" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("A group to look at");
  await page.getByRole("dialog").getByRole("button", { name: "Make the group" }).click();
  await page.waitForURL(/\/groups\/[0-9a-f-]{36}$/);
  await desk.close();
});

/** Goes on after what it finds: one run tells of every page. */
async function expectAccessibleAndFitting(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa"]).analyze();
  expect
    .soft(
      violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`),
      page.url(),
    )
    .toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(overflow, `${page.url()}: pixels wider than the window`).toBeLessThanOrEqual(0);
}

for (const [colorScheme, width] of looks) {
  test(`every page is accessible and fits, ${colorScheme}, ${width} pixels wide`, async ({ page, berth }) => {
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await signIn(page, berth, admin);
    for (const [name, path] of pages) {
      await test.step(name, async () => {
        await page.goto(`${berth.dashboardUrl}${path}`);
        await expectAccessibleAndFitting(page);
      });
    }
    for (const [name, from, link] of linked) {
      await test.step(name, async () => {
        await page.goto(`${berth.dashboardUrl}${from}`);
        const href = await link(page).first().getAttribute("href");
        await page.goto(`${berth.dashboardUrl}${href}`);
        await expectAccessibleAndFitting(page);
      });
    }
  });
}

test("what opens over a page is accessible and fits: a sheet of roles, a cell of the matrix, the bar of view-as", async ({
  page,
  berth,
}) => {
  await signIn(page, berth, admin);
  for (const [colorScheme, width] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`${berth.dashboardUrl}/p/sample-shop/members`);
    await page.getByRole("button", { name: "Add a member" }).click();
    await expect(page.getByRole("dialog").getByLabel("E-mail address")).toBeFocused();
    await expectAccessibleAndFitting(page);

    await page.goto(`${berth.dashboardUrl}/permissions`);
    await page.getByRole("button", { name: /^developer · review:/ }).click();
    await page.getByRole("checkbox", { name: "scale" }).check();
    await expectAccessibleAndFitting(page);

    await page.goto(`${berth.dashboardUrl}/view-as`);
    await page.getByRole("button", { name: "View as developer" }).click();
    await expect(page.getByRole("complementary", { name: "View as" })).toBeVisible();
    await expectAccessibleAndFitting(page);
    await page.getByRole("button", { name: "End viewing as somebody else" }).click();
    await expect(page.getByRole("complementary", { name: "View as" })).toHaveCount(0);
  }
});

test("the sheets of a release are accessible and fit: a verdict, a promotion, a rollback, a stage, a freeze window", async ({
  page,
  berth,
}) => {
  await signIn(page, berth, admin);
  const sheets = [
    ["staging/v1.1", () => page.getByRole("button", { name: "Reject" }).click()],
    ["staging/v1.1?promote", null],
    ["uat/v1.0?promote", null],
    ["production/~/history?back=1", null],
    ["../pipeline", () => page.getByRole("button", { name: "Edit Production" }).click()],
    ["../pipeline", () => page.getByRole("button", { name: "Add window" }).click()],
  ] as const;
  for (const [colorScheme, width] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    for (const [path, open] of sheets) {
      await test.step(`${path}, ${colorScheme}, ${width}`, async () => {
        await page.goto(new URL(path, `${berth.dashboardUrl}/p/sample-shop/e/`).href);
        await open?.();
        await expect(page.getByRole("dialog")).toBeVisible();
        await expectAccessibleAndFitting(page);
      });
    }
  }
});

test("an invitation, and the page of somebody without a project, are accessible and fit", async ({ page, browser, berth }) => {
  await signIn(page, berth, admin);
  await page.goto(`${berth.dashboardUrl}/people`);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Name").fill("Nia New");
  await sheet.getByLabel("E-mail").fill("nia@example.org");
  await sheet.getByRole("button", { name: "Make the invitation" }).click();
  const link = (await sheet.getByText(/\/invite\//).textContent()) ?? "";
  const context = await browser.newContext();
  const invited = await context.newPage();
  const everyLook = async () => {
    for (const [colorScheme, width] of looks) {
      await invited.emulateMedia({ colorScheme });
      await invited.setViewportSize({ width, height: 844 });
      await expectAccessibleAndFitting(invited);
    }
  };
  await invited.goto(link);
  await everyLook();
  await invited.getByLabel("Password").fill("lighthouse keeper oil");
  await invited.getByRole("button", { name: "Set the password and sign in" }).click();
  await expect(invited.getByRole("heading", { name: "You are not in a project yet" })).toBeVisible();
  await everyLook();
  await invited.goto(link);
  await expect(invited.getByText("That link has been used or has expired.")).toBeVisible();
  await everyLook();
  await context.close();
});

test("a page that is not there says so and leads back", async ({ page, berth, consoleErrors }) => {
  await signIn(page, berth, admin);
  const response = await page.goto(`${berth.dashboardUrl}/p/no-such-project`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // The browser reports the 404 of the document itself.
  consoleErrors.length = 0;
});

test("a wrong password is refused without telling which half was wrong, and is limited", async ({ page, berth }) => {
  await page.goto(`${berth.dashboardUrl}/sign-in`);
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await page.getByLabel("E-mail").fill("eve@example.org");
    await page.getByLabel("Password").fill(`wrong password ${attempt}`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText(attempt < 5 ? "E-mail or password is wrong." : "Too many attempts.")).toBeVisible();
  }
});
