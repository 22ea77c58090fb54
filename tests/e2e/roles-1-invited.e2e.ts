import { expect, test } from "./fixtures.ts";
import { type Colleague, type Desk, type House, cast, developer, openHouse, ops, sitDown, slug, tester } from "./people.ts";

/** An admin brings three people in, each by a link of his own. One story: every step stands on the one before. */
test.describe.configure({ mode: "serial" });

let house: House;
const links = new Map<Colleague, string>();
const desks: Desk[] = [];

test.beforeAll(async ({ browser, berth }) => {
  test.setTimeout(240_000);
  house = await openHouse(browser, berth);
  desks.push(house.admin);
});
test.afterEach(() => expect(desks.flatMap(({ errors }) => errors)).toEqual([]));
test.afterAll(() => Promise.all(desks.map((desk) => desk.close())));

test("an admin invites people and copies each one's link from the page, which shows it this one time", async ({ berth }) => {
  const { page } = house.admin;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: berth.dashboardUrl });
  for (const person of cast) {
    await page.goto(`${berth.dashboardUrl}/people`);
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name").fill(person.name);
    await sheet.getByLabel("E-mail").fill(person.email);
    await sheet.getByRole("button", { name: "Make the invitation" }).click();
    await sheet.getByRole("button", { name: "Copy the link" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await expect(sheet.getByText(link, { exact: true })).toBeVisible();
    await sheet.getByRole("button", { name: "I have it" }).click();
    await expect(page.getByRole("row", { name: person.name }).getByText("invited")).toBeVisible();
    await page.getByRole("link", { name: person.name }).click();
    await expect(page.getByRole("button", { name: `Revoke the link for ${person.name}` })).toBeVisible();
    expect(await page.content()).not.toContain(link);
    links.set(person, link);
  }
  expect(new Set(links.values()).size).toBe(3);
});

test("a role is given to a person or to a group, and the members page says by which way each has it", async ({ berth }) => {
  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/groups`);
  await page.getByRole("button", { name: "New group" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Testers");
  await page.getByRole("dialog").getByRole("button", { name: "Make the group" }).click();
  await page.waitForURL(/\/groups\/[0-9a-f-]{36}$/);
  await page.getByLabel("E-mail address of somebody who is here").fill(tester.email);
  await page.getByRole("button", { name: "Add a member" }).click();
  await expect(page.getByRole("button", { name: `Remove ${tester.name}` })).toBeVisible();

  await page.goto(`${berth.dashboardUrl}/p/${slug}/members`);
  const sheet = page.getByRole("dialog");
  for (const person of [developer, ops]) {
    await page.getByRole("button", { name: "Add a member" }).click();
    await sheet.getByLabel("E-mail address").fill(person.email);
    await sheet.getByRole("checkbox", { name: person.role }).check();
    await sheet.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("row", { name: person.name }).getByText(person.role, { exact: true })).toBeVisible();
  }
  await page.getByRole("button", { name: "Add a group" }).click();
  await sheet.getByLabel("Group").selectOption("Testers");
  await sheet.getByRole("checkbox", { name: "tester" }).check();
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("row", { name: tester.name })).toContainText("tester by Testers");
});

test("a change of one cell of a project's matrix is shown as a difference before it counts, and can be taken back", async ({ berth }) => {
  const { page } = house.admin;
  await page.goto(`${berth.dashboardUrl}/p/${slug}/permissions`);
  await expect(page.getByText("uses the default")).toBeVisible();
  await page.getByRole("button", { name: "developer · staging: view.", exact: true }).click();
  await page.getByRole("checkbox", { name: "logs" }).check();
  await page.keyboard.press("Escape");
  await expect(page.getByText("developer · staging: + logs")).toBeVisible();
  await expect(page.getByText("Concerns one person.")).toBeVisible();
  await page.getByRole("button", { name: "Save the change" }).click();
  await expect(page.getByText("has its own")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "developer · staging: view, logs. Default: view." })).toBeVisible();

  await page.getByRole("button", { name: "Use the default again" }).click();
  await expect(page.getByRole("dialog").getByText("developer · staging: − logs")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Use the default" }).click();
  await expect(page.getByText("uses the default")).toBeVisible();
  await expect(page.getByRole("button", { name: "developer · staging: view.", exact: true })).toBeVisible();
});

test("each accepts in a browser of his own; a colleague who opens another's link is refused and told nothing of whom it is for", async ({
  browser,
}) => {
  test.setTimeout(120_000);
  let before: Desk | undefined;
  for (const person of cast) {
    const link = links.get(person) ?? "";
    if (before !== undefined) {
      await before.page.goto(link);
      await expect(before.page.getByText("This invitation is for somebody else.")).toBeVisible();
      expect(await before.page.content()).not.toContain(person.email);
    }
    const desk = await sitDown(browser);
    desks.push(desk);
    await desk.page.goto(link);
    await expect(desk.page.getByText(person.email)).toBeVisible();
    await expect(desk.page.getByLabel("Your name")).toHaveValue(person.name);
    await desk.page.getByLabel("Password").fill(person.password);
    await desk.page.getByRole("button", { name: "Set the password and sign in" }).click();
    await expect(desk.page.getByRole("link", { name: "Sample shop" })).toBeVisible();
    await expect(desk.page.getByRole("button", { name: `Account of ${person.name}` })).toBeVisible();
    before = desk;
  }
});

test("an invitation that was used is dead for everybody, also for the one it was made for", async ({ browser }) => {
  const stranger = await sitDown(browser);
  desks.push(stranger);
  const [, ...invited] = desks;
  for (const [index, link] of [...links.values()].entries()) {
    for (const page of [stranger.page, invited[index]?.page ?? stranger.page]) {
      await page.goto(link);
      await expect(page.getByText("That link has been used or has expired.")).toBeVisible();
      await expect(page.getByLabel("Password")).toHaveCount(0);
    }
  }
});
