import AxeBuilder from "@axe-core/playwright";

import { admin, expect, signIn, test } from "./fixtures.ts";

/** Stands alone: sets up an admin and the sample unless another story of the same product did. */
const pages = [
  ["the list of projects", "/"],
  ["a new project", "/new"],
  ["the board", "/p/sample-shop"],
  ["branches and tags", "/p/sample-shop/refs"],
  ["an environment", "/p/sample-shop/e/demo/master"],
  ["an environment's history", "/p/sample-shop/e/demo/master/history"],
  ["an environment's timeline", "/p/sample-shop/e/demo/master/timeline"],
  ["an environment's variables", "/p/sample-shop/e/demo/master/variables"],
  ["a project's variables", "/p/sample-shop/variables"],
  ["a project's settings", "/p/sample-shop/settings"],
  ["the account", "/account"],
  ["system health", "/health"],
] as const;

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(120_000);
  const page = await browser.newPage();
  await page.goto(berth.dashboardUrl);
  if (page.url().endsWith("/setup")) {
    await expect.poll(() => berth.setupCode).not.toBeNull();
    await page.getByLabel("Set-up code").fill(berth.setupCode ?? "");
    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("E-mail").fill(admin.email);
    await page.getByLabel("Password").fill(admin.password);
    await page.getByRole("button", { name: "Set up Berth" }).click();
    await page.getByRole("button", { name: "Try the sample shop" }).click();
    await page.waitForURL(/\/p\/sample-shop$/);
    await expect(page.getByRole("article", { name: "demo/master", exact: true }).getByText("Healthy")).toBeVisible({ timeout: 60_000 });
  }
  await page.close();
});

for (const [colorScheme, width] of [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
] as const) {
  test(`every page is accessible and fits, ${colorScheme}, ${width} pixels wide`, async ({ page, berth }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await signIn(page, berth, admin);
    for (const [name, path] of pages) {
      await test.step(name, async () => {
        await page.goto(`${berth.dashboardUrl}${path}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa"]).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow, "pixels wider than the window").toBeLessThanOrEqual(0);
      });
    }
  });
}

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
