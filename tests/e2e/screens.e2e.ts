import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { admin, ensureSetUp, expect, signIn, test } from "./fixtures.ts";

/** Stands alone: sets up an admin and the sample unless another story of the same product did. */
const pages = [
  ["the sign-in", "/sign-in?error=identity_unknown"],
  ["the list of projects", "/"],
  ["a new project", "/new"],
  ["the board", "/p/sample-shop"],
  ["branches and tags", "/p/sample-shop/refs"],
  ["an environment", "/p/sample-shop/e/demo/master"],
  ["an environment's history", "/p/sample-shop/e/demo/master/history"],
  ["an environment's timeline", "/p/sample-shop/e/demo/master/timeline"],
  ["an environment's variables", "/p/sample-shop/e/demo/master/variables"],
  ["how an environment is shared", "/p/sample-shop/e/demo/master/sharing"],
  ["a project's variables", "/p/sample-shop/variables"],
  ["a project's members", "/p/sample-shop/members"],
  ["a project's permissions", "/p/sample-shop/permissions"],
  ["a project's settings", "/p/sample-shop/settings"],
  ["the default permissions", "/permissions"],
  ["whom to view as", "/view-as"],
  ["people", "/people"],
  ["groups", "/groups"],
  ["the account", "/account"],
  ["system health", "/health"],
  ["the audit log", "/audit"],
  ["an entry of the audit log", "/audit/1"],
  ["a project's audit log", "/p/sample-shop/audit"],
  ["the inbox", "/inbox"],
] as const;

/** Pages whose addresses hold an id: the page that leads there, and the link that does. */
const linked = [
  ["a person", "/people", (page: Page) => page.getByRole("region", { name: "People", exact: true }).getByRole("link")],
  ["a group", "/groups", (page: Page) => page.getByRole("region", { name: "Groups", exact: true }).getByRole("link")],
  ["a deployment", "/p/sample-shop/e/demo/master", (page: Page) => page.getByRole("main").locator('a[href^="/deployments/"]')],
] as const;

const looks = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
] as const;

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(120_000);
  const page = await browser.newPage();
  await ensureSetUp(page, berth);
  if (page.url().includes("/sign-in")) await signIn(page, berth, admin);
  await page.goto(`${berth.dashboardUrl}/groups`);
  await page.getByRole("button", { name: "New group" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("A group to look at");
  await page.getByRole("dialog").getByRole("button", { name: "Make the group" }).click();
  await page.waitForURL(/\/groups\/[0-9a-f-]{36}$/);
  await page.close();
});

async function expectAccessibleAndFitting(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa"]).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, "pixels wider than the window").toBeLessThanOrEqual(0);
}

for (const [colorScheme, width] of looks) {
  test(`every page is accessible and fits, ${colorScheme}, ${width} pixels wide`, async ({ page, berth }) => {
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
