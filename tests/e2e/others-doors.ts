import type { Product } from "#tests/support/product.ts";

import { expect } from "./fixtures.ts";
import { type Colleague, type Desk, type House, type Place, call, idOf, slug } from "./people.ts";

const stages = [
  { name: "review", title: "Review" },
  { name: "demo", title: "Demo" },
  { name: "staging", title: "Staging" },
  { name: "uat", title: "UAT" },
  { name: "production", title: "Production" },
] as const;
type StageName = (typeof stages)[number]["name"];

/** Somebody sees these stages and no other: in the list of projects, on the board, among the refs, in the search and in the audit log. */
export async function expectOnly(desk: Desk, berth: Product, shown: readonly StageName[], everything: readonly Place[]): Promise<void> {
  const { page } = desk;
  const isShown = ({ name }: { readonly name: string }) => shown.some((stage) => name === stage || name.startsWith(`${stage}/`));
  const hidden = everything.filter((place) => !isShown(place));
  const seen = everything.length - hidden.length;
  await page.goto(berth.dashboardUrl);
  await expect(page.getByRole("listitem").filter({ hasText: "Sample shop" })).toContainText(`${seen} environments`);

  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  const titles = stages.filter(isShown).map(({ title }) => title);
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(titles);
  for (const { name, title } of stages.filter(isShown)) {
    const own = everything.filter((place) => place.name.split("/")[0] === name);
    const column = page.getByRole("region", { name: title });
    await expect(column.getByRole("article")).toHaveCount(own.length);
    await expect(column.locator("header").first()).toContainText(`${title}${own.length}`);
  }
  for (const path of [`/p/${slug}`, `/p/${slug}/refs`, `/p/${slug}/members`, `/p/${slug}/audit`, "/audit", "/inbox"]) {
    await page.goto(`${berth.dashboardUrl}${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    // What the page was made from is looked at, too, not only what is drawn of it.
    const html = await page.content();
    for (const place of hidden) expect(html, `${place.name} on ${path}`).not.toContain(place.id);
    for (const place of hidden) await expect(page.getByRole("main").getByText(place.name, { exact: true })).toHaveCount(0);
  }
  await page.goto(`${berth.dashboardUrl}/p/${slug}`);
  await page.getByRole("button", { name: "Search or jump to…" }).click();
  for (const { name } of hidden) {
    await page.getByPlaceholder("Search projects and pages…").fill(name);
    await expect(page.getByText("Nothing by that name.")).toBeVisible();
  }
  await page.keyboard.press("Escape");
}

/** Addresses of pages for admins alone, and of everything in the stages a role does not see. */
export async function hiddenPages(berth: Product, house: House, person: Colleague): Promise<readonly string[]> {
  const late = person.role === "developer" ? [house.uat, house.production] : person.role === "tester" ? [house.production] : [];
  const tabs = ["", "/history", "/timeline", "/variables", "/sharing"];
  const base = ({ name }: Place) => `/p/${slug}/e/${name === "production" ? "production/~" : name}`;
  return [
    "/people",
    `/people/${await idOf(berth, house.token, person)}`,
    "/groups",
    "/permissions",
    "/view-as",
    "/new",
    `/p/${slug}/permissions`,
    `/p/${slug}/settings`,
    ...late.flatMap((place) => [...tabs.map((tab) => `${base(place)}${tab}`), `/deployments/${place.deployment?.id}`]),
  ];
}

type Try = readonly ["GET" | "POST" | "PUT" | "PATCH" | "DELETE", string, "not_found" | "forbidden", unknown?];

/** Each call is refused with exactly this code, and so with its status. */
export async function expectRefusals(berth: Product, token: string, tries: readonly Try[]): Promise<void> {
  const statuses = { not_found: 404, forbidden: 403 } as const;
  for (const [method, path, code, body] of tries) {
    const answer = await call(berth, token, method, path, body);
    expect([answer.status, answer.code], `${method} ${path}`).toEqual([statuses[code], code]);
  }
}
