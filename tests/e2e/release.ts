import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Locator, Page } from "@playwright/test";
import { z } from "zod";

import { callEngine } from "#lib/adapters/engine-local/engine-call.ts";
import type { Product } from "#tests/support/product.ts";

import type { WorkingCopy } from "./fixtures.ts";
import { expect } from "./fixtures.ts";
import { type Place, call, openAtGateway, settled, slug } from "./people.ts";

/** What a person of the release stories does by hand many times, and what the registry and the engine say when they are asked themselves. */

/** A developer's release: a new title in the shop, committed, tagged and pushed with its branch. */
export async function pushTag(copy: WorkingCopy, tag: string, title: string, subject: string): Promise<string> {
  const file = join(copy.folder, "shop.json");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/"title": "[^"]*"/, `"title": ${JSON.stringify(title)}`));
  await copy.git("commit", "--quiet", "--all", "--message", subject);
  await copy.git("tag", tag);
  await copy.git("push", "--quiet", "origin", "HEAD", tag);
  return (await copy.git("rev-parse", "HEAD")).trim();
}

/** Gives somebody roles on the open page of members. */
export async function addMember(page: Page, email: string, roles: readonly string[]): Promise<void> {
  await page.getByRole("button", { name: "Add a member" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("E-mail address").fill(email);
  for (const role of roles) await sheet.getByRole("checkbox", { name: role }).check();
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(sheet).toHaveCount(0);
}

/** Sets a variable on the open page of an environment's variables. */
export async function addVariable(page: Page, name: string, value: string): Promise<void> {
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Name").fill(name);
  await sheet.getByLabel("Value").fill(value);
  await sheet.getByRole("button", { name: "Add it" }).click();
  await expect(sheet).toHaveCount(0);
}

/** Freezes a stage from an hour ago until in two hours, on the open page of the pipeline, by the clock of this browser. */
export async function freeze(page: Page, stage: string, why: string): Promise<void> {
  const timeZone = await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const onTheWall = (hours: number) =>
    new Date(Date.now() + hours * 3_600_000)
      .toLocaleString("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" })
      .replace(" ", "T");
  await page.getByRole("button", { name: "Add window" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Why", { exact: true }).fill(why);
  await sheet.getByLabel("Where").selectOption(stage);
  await sheet.getByLabel("From").fill(onTheWall(-1));
  await sheet.getByLabel("To", { exact: true }).fill(onTheWall(2));
  await sheet.getByRole("button", { name: "Add window" }).click();
  await expect(sheet).toHaveCount(0);
}

/** The entry of somebody's inbox with these words; opens what it is about. */
export async function openFromInbox(page: Page, berth: Product, what: string): Promise<void> {
  await page.goto(`${berth.dashboardUrl}/inbox`);
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("link", { name: what })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await page.getByRole("link", { name: what }).click();
}

export const verdictOf = (page: Page): Locator => page.getByRole("region", { name: "Verdict" });
export const waitingOf = (page: Page): Locator => page.getByRole("region", { name: "Why is it waiting?" });

/** Approves on the open page of an environment. */
export async function approve(page: Page, words: string): Promise<void> {
  await verdictOf(page).getByRole("button", { name: "Approve" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Words").fill(words);
  await sheet.getByRole("button", { name: "Approve" }).click();
  await expect(sheet).toHaveCount(0);
  await expect(verdictOf(page).getByText("Approved", { exact: true })).toBeVisible();
}

/** Waits for the page of a promotion that was asked for just now; its id. */
export async function promotionOn(page: Page): Promise<string> {
  await page.waitForURL(/\/promotions\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

/** A picture from the clipboard, as a browser hands it to the page. */
export async function paste(target: Locator, picture: Buffer): Promise<void> {
  await target.evaluate((element, base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "screenshot.png", { type: "image/png" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, picture.toString("base64"));
}

/** The heading of the shop that answers at an environment's address. */
export async function titleAt(berth: Product, url: string, token: string): Promise<string | undefined> {
  return /<h1>(.*)<\/h1>/.exec((await openAtGateway(berth, url, token)).text)?.[1];
}

export async function expectTitle(berth: Product, url: string, token: string, title: string): Promise<void> {
  await expect.poll(() => titleAt(berth, url, token), { message: url, timeout: 90_000, intervals: [500] }).toBe(title);
}

const promotionSchema = z.object({ promotion: z.object({ id: z.uuid() }) });

/** By REST what the pages have shown before: a verdict on what is live. */
export async function approveByRest(berth: Product, token: string, place: Place): Promise<void> {
  const answer = await call(berth, token, "POST", `/environments/${place.id}/verdicts`, { verdict: "approve", comment: "Again." });
  expect(answer.status, answer.text).toBe(201);
}

/** By REST: asks for a promotion, and answers its id. */
export async function promoteByRest(berth: Product, token: string, place: Place, to: string): Promise<string> {
  const answer = await call(berth, token, "POST", `/environments/${place.id}/promotions`, { to });
  expect(answer.status, answer.text).toBe(202);
  return promotionSchema.parse(JSON.parse(answer.text)).promotion.id;
}

/** By REST: the second person's yes. */
export async function agreeByRest(berth: Product, token: string, promotion: string): Promise<void> {
  const answer = await call(berth, token, "POST", `/promotions/${promotion}/approvals`, {});
  expect(answer.status, answer.text).toBe(202);
}

/** A tag from staging through UAT to the door of production by REST: the id of the promotion that waits there for a second person. */
export async function carryByRest(berth: Product, tokens: { readonly tester: string; readonly ops: string }, tag: string): Promise<string> {
  const staging = await settled(berth, tokens.tester, `staging/${tag}`);
  await approveByRest(berth, tokens.tester, staging);
  await promoteByRest(berth, tokens.tester, staging, "uat");
  const uat = await settled(berth, tokens.tester, `uat/${tag}`);
  await approveByRest(berth, tokens.tester, uat);
  return promoteByRest(berth, tokens.ops, uat, "production");
}

const runningSchema = z.object({ registryUrl: z.string() });

/** The digest behind a tag of the sample's repository, as the registry itself answers it over HTTP. */
export async function digestInRegistry(berth: Product, tag: string): Promise<string | null> {
  const { registryUrl } = runningSchema.parse(JSON.parse(await readFile(join(berth.home, "running.json"), "utf8")));
  const accept = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
  const answer = await fetch(`${registryUrl}/v2/${slug}/manifests/${tag}`, { method: "HEAD", headers: { accept: accept.join(", ") } });
  expect(answer.status, tag).toBe(200);
  return answer.headers.get("docker-content-digest");
}

const containersSchema = z.array(z.object({ Id: z.string(), ImageID: z.string() }));
const imageSchema = z.object({ RepoDigests: z.array(z.string()) });

/** The digests of what runs for an environment, as the Docker Engine itself says. */
export async function digestsRunning(berth: Product, environmentId: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`berth.environment=${environmentId}`], status: ["running"] }));
  const containers = containersSchema.parse(await askEngine(berth, `/containers/json?filters=${filters}`));
  const digests = await Promise.all(
    containers.map(async ({ ImageID }) => {
      const { RepoDigests } = imageSchema.parse(await askEngine(berth, `/images/${ImageID}/json`));
      return RepoDigests.map((name) => name.slice(name.indexOf("@") + 1));
    }),
  );
  return [...new Set(digests.flat())];
}

async function askEngine(berth: Product, path: string): Promise<unknown> {
  const { status, body } = await callEngine(berth.dockerHost, { method: "GET", path, timeoutMs: 10_000 });
  expect(status, path).toBe(200);
  return JSON.parse(body);
}
