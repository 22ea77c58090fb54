import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { type BrowserContext, type ConsoleMessage, type Page, test as base, expect } from "@playwright/test";

import { type Product, startBerth } from "#tests/support/product.ts";

const run = promisify(execFile);

export interface Person {
  readonly email: string;
  readonly password: string;
}

/** The whole product, started once for all stories of a worker, with nobody in it yet. */
export const test = base.extend<{ consoleErrors: string[] }, { berth: Product; productOf: string }>({
  // A story that leaves people and stages otherwise than it found them has a product of its own: `test.use({ productOf: "its name" })`.
  productOf: ["everybody", { option: true, scope: "worker" }],
  berth: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright wants the first argument to be a pattern
    async ({}, use) => {
      const berth = await startBerth({ withAdmin: false });
      await use(berth);
      if (process.env["BERTH_KEEP"] === undefined) await berth.remove();
      else console.log(berth.home);
    },
    { scope: "worker", timeout: 180_000 },
  ],
  // An error in the console of a page is a failure, whatever the page looks like.
  consoleErrors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      noteErrors(page, errors);
      page.on("pageerror", (error) => errors.push(String(error)));
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect } from "@playwright/test";

/**
 * Keeps what pages report as an error. When Docker makes a network on this machine, Chromium drops what is under way, and the page asks again by
 * itself: that is the machine's doing, and no error of a page.
 */
export function noteErrors(pages: Pick<Page, "on"> | Pick<BrowserContext, "on">, errors: string[]): void {
  let networkChanged = false;
  const note = (message: ConsoleMessage) => {
    if (message.type() !== "error") return;
    const text = message.text();
    networkChanged ||= text.includes("net::ERR_NETWORK_CHANGED");
    const isOfNetwork = text.includes("net::ERR_NETWORK_CHANGED") || text.startsWith("Failed to fetch RSC payload");
    if (!networkChanged || !isOfNetwork) errors.push(text);
  };
  pages.on("console", note);
}

export const admin: Person = { email: "ada@example.org", password: "quay harbour lantern" };

/** Signs in on the sign-in page. */
export async function signIn(page: Page, berth: Product, person: Person): Promise<void> {
  await page.goto(`${berth.dashboardUrl}/sign-in`);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** Leaves a fresh installation with its first admin and the running sample shop; one that is set up already as it is. */
export async function ensureSetUp(page: Page, berth: Product): Promise<void> {
  await page.goto(berth.dashboardUrl);
  if (!page.url().endsWith("/setup")) return;
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

export interface WorkingCopy {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** A clone of a project's repository at Berth, as a developer would have it; what is committed there is by `author`. */
export async function clone(
  berth: Product,
  slug: string,
  token: string,
  author: { readonly name: string; readonly email: string } = { name: "Ada", email: admin.email },
): Promise<WorkingCopy> {
  const parent = await mkdtemp(join(tmpdir(), "berth-clone-"));
  const folder = join(parent, "shop");
  const url = berth.dashboardUrl.replace("//", `//ada:${token}@`);
  const environment = {
    PATH: process.env["PATH"],
    HOME: parent,
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    NODE_ENV: "test" as const,
  };
  const git = async (...args: string[]) => {
    const identity = ["-c", `user.name=${author.name}`, "-c", `user.email=${author.email}`];
    const { stdout } = await run("git", [...identity, ...args], { cwd: args[0] === "clone" ? parent : folder, env: environment });
    return stdout;
  };
  await git("clone", "--quiet", `${url}/git/${slug}.git`, "shop");
  return { folder, git, remove: () => rm(parent, { recursive: true, force: true }) };
}
