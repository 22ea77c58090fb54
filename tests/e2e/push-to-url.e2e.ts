import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Page } from "@playwright/test";
import { request } from "undici";

import { countEverythingOf } from "#tests/support/engine-leftovers.ts";

import { type WorkingCopy, admin, clone, expect, signIn, test } from "./fixtures.ts";

/** The main job, as a person walks it. One story: every step stands on the one before. */
test.describe.configure({ mode: "serial" });

let token = "";
let copy: WorkingCopy;

test("a fresh installation is set up with the code from the terminal, once", async ({ page, berth }) => {
  await page.goto(berth.dashboardUrl);
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByLabel("Set-up code").fill("WRONG-WRONG-WRONG-WRONG");
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Set up Berth" }).click();
  await expect(page.getByText("That is not the code printed in the terminal.")).toBeVisible();
  await expect.poll(() => berth.setupCode).not.toBeNull();
  await page.getByLabel("Set-up code").fill(berth.setupCode ?? "");
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Set up Berth" }).click();
  await expect(page.getByText("Make your first project")).toBeVisible();
});

test.describe("signed in", () => {
  test.beforeEach(async ({ page, berth }) => {
    await signIn(page, berth, admin);
  });

  test.afterAll(async () => {
    await copy?.remove();
  });

  test("an API token is shown once and then only by its end", async ({ page, berth }) => {
    await page.goto(`${berth.dashboardUrl}/account`);
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("What is it for?").fill("laptop");
    await page.getByRole("button", { name: "Make the token" }).click();
    const shown = page.getByText(/^berth_pat_/);
    await expect(shown).toBeVisible();
    token = (await shown.textContent()) ?? "";
    await page.reload();
    await expect(page.getByText("laptop")).toBeVisible();
    await expect(page.getByText(token)).toHaveCount(0);
  });

  test("one click makes the sample; its default branch and tags run by themselves", async ({ page, berth }) => {
    await page.goto(berth.dashboardUrl);
    await page.getByRole("button", { name: "Try the sample shop" }).click();
    await page.waitForURL(/\/p\/sample-shop$/);
    for (const name of ["demo/master", "staging/v1.0", "staging/v1.1"]) {
      await expect(page.getByRole("article", { name, exact: true }).getByText("Healthy")).toBeVisible({ timeout: 60_000 });
    }
    copy = await clone(berth, "sample-shop", token);
  });

  test("a click on Preview builds the branch with a moving log and its URL answers with the branch's page", async ({ page, berth }) => {
    await page.goto(`${berth.dashboardUrl}/p/sample-shop`);
    await page.getByRole("button", { name: "Preview issue-1" }).click();
    await page.waitForURL(/\/deployments\//);
    await expect(page.getByText("exporting to image").first()).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole("heading", { name: "Deployment #1 Live" })).toBeVisible({ timeout: 30_000 });
    await openEnvironment(page, berth.previewHost, "issue-1");
    await expect(page.getByRole("heading", { name: "Harbour Shop in blue" })).toBeVisible();
    await openEnvironment(page, berth.previewHost, "master");
    await expect(page.getByRole("heading", { name: "Harbour Shop", exact: true })).toBeVisible();
  });

  test("a push changes the running page and the board follows without a reload", async ({ page, berth }) => {
    await page.goto(`${berth.dashboardUrl}/p/sample-shop`);
    await expect(page.getByRole("article", { name: "review/issue-1", exact: true })).toBeVisible();
    await copy.git("checkout", "--quiet", "issue-1");
    await change("shop.json", "Harbour Shop in blue", "Harbour Shop in deep blue");
    await copy.git("commit", "--quiet", "--all", "--message", "A deeper blue");
    await copy.git("push", "--quiet");
    await expect(page.getByRole("article", { name: "review/issue-1", exact: true }).getByText("A deeper blue")).toBeVisible({
      timeout: 30_000,
    });
    await expect
      .poll(() => titleOf(berth.gatewayUrl, `issue-1--sample-shop.${berth.previewHost}`), { timeout: 30_000 })
      .toBe("Harbour Shop in deep blue");
  });

  test("a push that does not start leaves the old page answering and says why", async ({ page, berth }) => {
    await change("server.js", "app.listen(", "app.lissten(");
    await copy.git("commit", "--quiet", "--all", "--message", "Break it");
    await copy.git("push", "--quiet");
    await page.goto(`${berth.dashboardUrl}/p/sample-shop/e/review/issue-1`);
    await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText("The app ended right after its start.").first()).toBeVisible();
    expect(await titleOf(berth.gatewayUrl, `issue-1--sample-shop.${berth.previewHost}`)).toBe("Harbour Shop in deep blue");
  });

  test("deleting the branch takes environment, containers, route and images with it", async ({ page, berth }) => {
    await page.goto(`${berth.dashboardUrl}/p/sample-shop`);
    await expect(page.getByRole("article", { name: "review/issue-1", exact: true })).toBeVisible();
    await copy.git("push", "--quiet", "origin", "--delete", "issue-1");
    await expect(page.getByRole("article", { name: "review/issue-1", exact: true })).toHaveCount(0, { timeout: 30_000 });
    // Three environments stay: demo/master and two tags, one of which shares the master's image.
    await expect.poll(() => countEverythingOf(berth.dockerHost, berth.instance), { timeout: 30_000 }).toEqual({ containers: 3, images: 2 });
    const gone = await request(berth.gatewayUrl, {
      headers: { host: `issue-1--sample-shop.${berth.previewHost}`, "x-berth-token": token },
    });
    expect(gone.statusCode).toBe(404);
  });
});

async function openEnvironment(page: Page, previewHost: string, slug: string): Promise<void> {
  await page.goto(`http://${slug}--sample-shop.${previewHost}/`);
}

async function titleOf(gatewayUrl: string, host: string): Promise<string | undefined> {
  const { body } = await request(gatewayUrl, { headers: { host, "x-berth-token": token } });
  return /<h1>(.*)<\/h1>/.exec(await body.text())?.[1];
}

async function change(file: string, from: string, to: string): Promise<void> {
  const path = join(copy.folder, file);
  const text = await readFile(path, "utf8");
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}
