import type { Browser, Page } from "@playwright/test";
import { request } from "undici";
import { z } from "zod";

import type { Product } from "#tests/support/product.ts";

import { type Person, admin, ensureSetUp, expect, noteErrors, signIn, test } from "./fixtures.ts";

export interface Colleague extends Person {
  readonly name: string;
  readonly role: "developer" | "tester" | "ops";
}

export const developer: Colleague = {
  name: "Dora Lindqvist",
  email: "dora@example.org",
  password: "tide chart mooring",
  role: "developer",
};
export const tester: Colleague = { name: "Tess Okafor", email: "tess@example.org", password: "bosun whistle knot", role: "tester" };
export const ops: Colleague = { name: "Otto Brandt", email: "otto@example.org", password: "anchor winch grease", role: "ops" };
export const cast = [developer, tester, ops] as const;
export const slug = "sample-shop";

/** A browser of somebody's own: no cookie is shared with anybody else's. */
export interface Desk {
  readonly page: Page;
  /** Errors in the console of any of its pages. */
  readonly errors: string[];
  close(): Promise<void>;
}

export async function sitDown(browser: Browser): Promise<Desk> {
  const context = await browser.newContext();
  const errors: string[] = [];
  noteErrors(context, errors);
  context.on("weberror", (error) => errors.push(String(error.error())));
  return { page: await context.newPage(), errors, close: () => context.close() };
}

/** A browser in which somebody has signed in with his password. */
export async function sitDownAs(browser: Browser, berth: Product, person: Person): Promise<Desk> {
  const desk = await sitDown(browser);
  await signIn(desk.page, berth, person);
  return desk;
}

/** The browser's own report of an answer with one of these statuses, where that answer is what was wanted. */
export function forgive(desk: Desk, ...statuses: readonly number[]): void {
  const wanted = (text: string) => statuses.some((status) => text.includes(`status of ${status}`));
  desk.errors.splice(0, desk.errors.length, ...desk.errors.filter((text) => !wanted(text)));
}

/** Opens an address as a person does who was told of it, and finds that there is no such thing. */
export async function expectNothingAt(desk: Desk, url: string): Promise<void> {
  const response = await desk.page.goto(url);
  expect(response?.status(), url).toBe(404);
  await expect(desk.page.getByRole("heading", { level: 1, name: "There is no such thing here" })).toBeVisible();
  await expect.poll(() => desk.errors.some((text) => text.includes("status of 404"))).toBe(true);
  forgive(desk, 404);
}

async function asSignedIn(desk: Desk, url: string) {
  const cookies = await desk.page.context().cookies(url);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const answer = await request(url, { headers: cookie === "" ? {} : { cookie } });
  answer.body.on("error", () => undefined);
  return answer;
}

/** The status with which an address answers this browser's sign-in. Redirects are not followed, and streams are not read. */
export async function knock(desk: Desk, url: string): Promise<number> {
  const { statusCode, body } = await asSignedIn(desk, url);
  body.destroy();
  return statusCode;
}

/** Reads a stream with this browser's sign-in, as far as it goes: `ended` is kept when the server ends it. */
export async function listen(desk: Desk, url: string): Promise<{ ended: Promise<void> }> {
  const { statusCode, body } = await asSignedIn(desk, url);
  expect(statusCode, url).toBe(200);
  const ended = new Promise<void>((done) => body.once("close", done));
  body.resume();
  return { ended };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The code of a refusal; undefined for an answer that is none. */
  readonly code: string | undefined;
}

const problemSchema = z.object({ code: z.string(), title: z.string() });

/** REST with a token. */
export async function call(
  berth: Product,
  token: string,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
) {
  const answer = await request(`${berth.dashboardUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  const problem = answer.statusCode < 400 ? undefined : problemSchema.parse(JSON.parse(text));
  return { status: answer.statusCode, text, code: problem?.code } satisfies Answer;
}

/** The same, where it must work. */
async function must<T extends z.ZodType>(schema: T, answer: Promise<Answer>): Promise<z.output<T>> {
  const { status, text } = await answer;
  expect(status, text).toBeLessThan(300);
  return schema.parse(JSON.parse(text));
}

/** What an environment's address at the gateway answers to somebody with this token, or with none. */
export async function openAtGateway(berth: Product, url: string, token: string | null): Promise<{ status: number; text: string }> {
  const { statusCode, body } = await request(berth.gatewayUrl, {
    headers: { host: new URL(url).host, ...(token === null ? {} : { "x-berth-token": token }) },
  });
  return { status: statusCode, text: await body.text() };
}

const placeSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  status: z.string(),
  release: z.object({ number: z.number() }).nullable(),
  deployment: z.object({ id: z.uuid(), status: z.string() }).nullable(),
});
const placesSchema = z.object({ environments: z.array(placeSchema) });
/** An environment as REST tells of it. */
export type Place = z.output<typeof placeSchema>;

export async function placesOf(berth: Product, token: string): Promise<readonly Place[]> {
  return (await must(placesSchema, call(berth, token, "GET", `/projects/${slug}/environments`))).environments;
}

/** Waits until an environment answers and nothing moves in it. */
export async function settled(berth: Product, token: string, name: string): Promise<Place> {
  let found: Place | undefined;
  const state = async () => {
    found = (await placesOf(berth, token)).find((place) => place.name === name);
    return `${found?.status} after ${found?.deployment?.status}`;
  };
  await expect.poll(state, { message: name, timeout: 90_000, intervals: [500] }).toBe("healthy after live");
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found;
}

/** Makes an API token on the account page; with `only`, limited to the project of that name. */
export async function makeToken(page: Page, berth: Product, name: string, only?: string): Promise<string> {
  await page.goto(`${berth.dashboardUrl}/account`);
  await page.getByRole("button", { name: "New token" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("What is it for?").fill(name);
  if (only !== undefined) {
    await sheet.getByRole("radio", { name: "Only these" }).check();
    await sheet.getByRole("checkbox", { name: only }).check();
  }
  await sheet.getByRole("button", { name: "Make the token" }).click();
  const shown = sheet.getByText(/^berth_pat_/);
  await expect(shown).toBeVisible();
  const token = (await shown.textContent()) ?? "";
  await sheet.getByRole("button", { name: "I have it" }).click();
  return token;
}

/** The admin at his desk, and the sample shop with something in every stage. */
export interface House {
  readonly admin: Desk;
  readonly token: string;
  readonly demo: Place;
  readonly staging: Place;
  readonly uat: Place;
  readonly production: Place;
}

/** Stands alone: sets up what no other story of the same product did. */
export async function openHouse(browser: Browser, berth: Product): Promise<House> {
  const desk = await sitDown(browser);
  await ensureSetUp(desk.page, berth);
  if (desk.page.url().includes("/sign-in")) await signIn(desk.page, berth, admin);
  const token = await makeToken(desk.page, berth, "the admin's stories");
  const demo = await settled(berth, token, "demo/master");
  const staging = await settled(berth, token, "staging/v1.0");
  await settled(berth, token, "staging/v1.1");
  await fillLateStages(berth, token);
  const [uat, production] = [await settled(berth, token, "uat/v1.0"), await settled(berth, token, "production")];
  return { admin: desk, token, demo, staging, uat, production };
}

/** UAT and production fill by promotion alone: the admin, who wrote none of the sample's commits, approves and carries. */
async function fillLateStages(berth: Product, token: string): Promise<void> {
  if ((await placesOf(berth, token)).some(({ name }) => name === "production")) return;
  for (const [from, to] of [
    ["staging/v1.0", "uat"],
    ["uat/v1.0", "production"],
  ] as const) {
    const { id } = await settled(berth, token, from);
    const verdict = { verdict: "approve", comment: "For the stories." };
    await must(z.unknown(), call(berth, token, "POST", `/environments/${id}/verdicts`, verdict));
    await must(z.unknown(), call(berth, token, "POST", `/environments/${id}/promotions`, { to }));
  }
}

const membersSchema = z.object({
  members: z.array(z.object({ name: z.string(), roles: z.array(z.string()), groups: z.array(z.unknown()) })),
});

/** Everybody of the cast who has no role yet gets a password and the role without the ceremony of an invitation. */
export async function ensureCast(berth: Product, token: string): Promise<void> {
  const { members } = await must(membersSchema, call(berth, token, "GET", `/projects/${slug}/members`));
  for (const { role, ...person } of cast) {
    const member = members.find(({ name }) => name === person.name);
    if (member !== undefined && member.roles.length + member.groups.length > 0) continue;
    const { status, code } = await call(berth, token, "POST", "/people", person);
    expect([201, 409], `${person.name}: ${code}`).toContain(status);
    await must(z.unknown(), call(berth, token, "PUT", `/projects/${slug}/members`, { email: person.email, roles: [role] }));
  }
}

/** A review environment of a branch, running. */
export async function ensurePreview(berth: Product, token: string, branch: string): Promise<Place> {
  if (!(await placesOf(berth, token)).some(({ name }) => name === `review/${branch}`))
    await must(z.unknown(), call(berth, token, "POST", `/projects/${slug}/environments`, { ref: `refs/heads/${branch}` }));
  return settled(berth, token, `review/${branch}`);
}

const personSchema = z.object({ people: z.array(z.object({ id: z.uuid(), name: z.string() })) });

export async function idOf(berth: Product, token: string, person: Colleague): Promise<string> {
  const { people } = await must(personSchema, call(berth, token, "GET", `/people?search=${encodeURIComponent(person.email)}`));
  const [found] = people;
  if (found === undefined) throw new Error(`There is no ${person.name}`);
  return found.id;
}

/** Keeps a measured time with the test's result, and holds it to its limit. */
export function measured(what: string, startedAt: number, limitMs: number): void {
  const ms = Math.round(performance.now() - startedAt);
  test.info().annotations.push({ type: "measured", description: `${what}: ${ms} ms` });
  expect(ms, what).toBeLessThan(limitMs);
}
