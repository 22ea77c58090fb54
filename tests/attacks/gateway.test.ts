import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

import { type Browser, type BrowserContext, type Page, chromium } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { type Bench, openBench } from "#tests/faults/support/bench.ts";
import { until } from "#tests/faults/support/until.ts";
import { visit } from "#tests/faults/support/visit.ts";

/** A hostile preview on the real product, opened by somebody who is signed in there, in a real browser. */
const fixture = join(import.meta.dirname, "../fixtures/hostile-preview");
const flags = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const sessionName = "__Host-berth-session";

let bench: Bench;
let browser: Browser;
let context: BrowserContext;
/** The hostile page, in the browser of the one who is signed in. */
let page: Page;
let hostile: { id: string; url: string };
let sibling: { id: string; url: string };
let session: string;

const seenSchema = z.array(z.object({ method: z.string(), url: z.string(), headers: z.array(z.string()), body: z.string() }));

async function seenBy(url: string) {
  const seen = seenSchema.parse(JSON.parse((await visit(bench.product, url, "/seen")).body));
  // Berth's own looks at whether it is well come past the gateway.
  return seen.filter(({ headers }) => headers.includes("X-Forwarded-For"));
}

async function signIn(into: Page, target: string): Promise<void> {
  const { adminEmail, adminPassword } = bench.product;
  await into.goto(target);
  await into.getByLabel("E-mail").fill(adminEmail);
  await into.getByLabel("Password").fill(adminPassword);
  await into.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Runs one of the page's tries. */
async function attempt(name: string, ...args: readonly unknown[]): Promise<unknown> {
  return page.evaluate(`window.tries[${JSON.stringify(name)}](...${JSON.stringify(args)})`);
}

async function stillSignedIn(): Promise<void> {
  const cookies = await context.cookies(bench.product.dashboardUrl);
  expect(cookies.filter(({ name }) => name === sessionName).map(({ value }) => value)).toEqual([session]);
  const dashboard = await context.newPage();
  await dashboard.goto(`${bench.product.dashboardUrl}/account`);
  expect(new URL(dashboard.url()).pathname).toBe("/account");
  await dashboard.close();
}

beforeAll(async () => {
  bench = await openBench();
  const { slug, copy } = await bench.project("Hostile");
  const files: Record<string, string> = {};
  for (const name of ["Dockerfile", "app.js", "page.js"]) files[name] = await readFile(join(fixture, name), "utf8");
  await copy.commit(files);
  await copy.git("push", "--quiet", "origin", "master", "master:neighbour");
  const live = (name: string) =>
    until(`${name} is live`, 90_000, async () =>
      (await bench.rest.environments(slug)).find((one) => one.name === name && one.release !== null),
    );
  hostile = await live("demo/master");
  await bench.rest.refSeen(slug, "neighbour");
  await bench.rest.preview(slug, "neighbour");
  sibling = await live("review/neighbour");
  browser = await chromium.launch({ executablePath: process.env["BERTH_TEST_CHROMIUM"] ?? "/usr/bin/chromium", args: flags });
  context = await browser.newContext();
  page = await context.newPage();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await bench?.close();
});

test("an environment sends a stranger's browser to the sign-in, and from there back to the very page, signed in there alone", async () => {
  await signIn(page, `${hostile.url}/deep/page?of=shop`);
  await page.waitForURL(`${hostile.url}/deep/page?of=shop`);
  await page.getByText("A harmless shop").waitFor();
  const host = new URL(hostile.url).hostname;
  const cookies = await context.cookies([bench.product.dashboardUrl, hostile.url, sibling.url]);
  session = cookies.find(({ name }) => name === sessionName)?.value ?? "";
  expect(session).not.toBe("");
  const berths = cookies
    .filter(({ name }) => /berth/i.test(name) && name !== "__Host-berth-known")
    .map(({ name, domain, httpOnly, secure, sameSite }) => [name, domain, httpOnly, secure, sameSite]);
  expect(berths.toSorted()).toEqual([
    ["__Host-berth-pass", host, true, true, "Lax"],
    [sessionName, new URL(bench.product.dashboardUrl).hostname, true, true, "Lax"],
    ["__Host-berth-state", host, true, true, "Lax"],
  ]);
});

test("from then on each environment opens by itself, once round and without a question", async () => {
  const other = await context.newPage();
  await other.goto(sibling.url);
  expect(new URL(other.url()).origin).toBe(new URL(sibling.url).origin);
  await other.close();
});

describe("G10 the app is told nothing:", () => {
  test("no cookie, token or code of the platform reaches it", async () => {
    await visit(bench.product, hostile.url, "/with-token");
    const everything = JSON.stringify([...(await seenBy(hostile.url)), ...(await seenBy(sibling.url))]);
    expect(everything).toContain("/with-token");
    expect(everything).not.toMatch(/berth[-_]|x-berth|\.berth|code=/i);
    expect(everything).not.toContain(bench.product.adminToken);
  });

  test("its scripts read none, and there is no window to go back through", async () => {
    expect(await attempt("readCookies")).toBe("own=1; wide=1");
    expect(await attempt("opener")).toBeNull();
    expect(await page.evaluate(() => document.referrer)).not.toMatch(/code=|state=/);
  });
});

test("A04 it cannot plant the dashboard's cookies, nor its neighbour's: not by headers, not by script, under no spelling", async () => {
  const names = [
    sessionName,
    "__Host-berth-pass",
    "__Host-berth-state",
    "__Secure-berth-session",
    "berth-session",
    "__HOST-BERTH-SESSION",
    "next-auth.session-token",
  ];
  await attempt("tossCookies", names);
  await page.reload();
  await page.getByText("A harmless shop").waitFor();
  for (const url of [bench.product.dashboardUrl, sibling.url]) {
    const evil = (await context.cookies(url)).filter(({ name, value }) => value === "evil" && name.startsWith("__Host-"));
    expect(evil).toEqual([]);
  }
  await stillSignedIn();
  // What a script set for all hosts below the base domain under another name is no pass, and does not reach the neighbour's app either.
  const before = (await seenBy(sibling.url)).length;
  const other = await context.newPage();
  await other.goto(`${sibling.url}/after-tossing`);
  await other.close();
  const [request] = (await seenBy(sibling.url)).slice(before);
  expect(request?.url).toBe("/after-tossing");
  expect(JSON.stringify(request?.headers)).not.toMatch(/berth|next-auth/i);
});

describe("G12 against the dashboard it gets nothing and changes nothing:", () => {
  const dashboard = (path: string) => `${bench.product.dashboardUrl}${path}`;

  test.each(["/", "/account", "/api/v1/projects", "/api/v1/tokens", "/stream/projects/x"])(
    "a fetch of %s with credentials is not readable",
    async (path) => {
      expect(await attempt("fetchWith", dashboard(path), "cors", "GET")).toHaveProperty("refused");
      const opaque = await attempt("fetchWith", dashboard(path), "no-cors", "GET");
      expect(JSON.stringify(opaque)).toMatch(/"refused"|"type":"opaque","status":0,"text":""/);
    },
  );

  test("posts by fetch and by form, to pages and to the REST interface, are refused", async () => {
    const count = async () => JSON.stringify((await bench.rest.ask("GET", "/tokens")).body);
    const before = await count();
    for (const path of ["/account", "/", "/api/v1/projects", "/api/v1/tokens"]) {
      await attempt("fetchWith", dashboard(path), "no-cors", "POST");
      expect(await attempt("fetchWith", dashboard(path), "cors", "POST")).toHaveProperty("refused");
      await attempt("form", dashboard(path), { name: "evil", $ACTION_ID_0: "", next: "/" });
    }
    expect(await count()).toBe(before);
    expect((await bench.rest.ask("GET", "/projects/evil")).status).toBe(404);
    await stillSignedIn();
  });

  test("it is not framed", async () => {
    await page.goto(hostile.url);
    const framed = z
      .object({ refused: z.string().optional(), read: z.string().nullish() })
      .parse(await attempt("frame", dashboard("/account")));
    expect(framed.read ?? "").toBe("");
    expect(page.frames().filter((frame) => frame.url().startsWith(bench.product.dashboardUrl))).toEqual([]);
  });

  test("a window it opens on it is out of its reach at once", async () => {
    const opened = z
      .object({ closed: z.boolean(), read: z.string().nullable(), refused: z.string().optional() })
      .parse(await attempt("openWindow", dashboard("/account")));
    expect(opened.closed).toBe(true);
    expect(opened.read ?? "").not.toContain("API tokens");
  });

  test("the way to the sign-in gives it no code: the address it gets to read never holds one", async () => {
    const host = new URL(hostile.url).hostname;
    const result = JSON.stringify(await attempt("openWindow", dashboard(`/open?host=${host}&path=/&state=${"0".repeat(64)}`)));
    expect(result).not.toMatch(/code=/);
    expect(await attempt("fetchWith", dashboard(`/open?host=${host}&path=/&state=${"0".repeat(64)}`), "cors", "GET")).toHaveProperty(
      "refused",
    );
  });

  test("neither WebSocket nor image nor script", async () => {
    expect(await attempt("socket", dashboard("/").replace("http", "ws"))).toBe("refused");
    expect(await attempt("image", dashboard("/account"))).toBe("refused");
    expect(await attempt("script", dashboard("/account"))).toBe("refused");
  });
});

test("the visitor's pass for a neighbour is of no use to it: by fetch, form, frame, image, script or WebSocket nothing arrives there", async () => {
  const before = (await seenBy(sibling.url)).length;
  const target = (how: string) => `${sibling.url}/attack-${how}`;
  for (const mode of ["cors", "no-cors"]) for (const method of ["GET", "POST"]) await attempt("fetchWith", target("fetch"), mode, method);
  await attempt("form", target("form"), { a: "b" });
  await attempt("frame", target("frame"));
  await attempt("image", target("image"));
  await attempt("script", target("script"));
  expect(await attempt("socket", target("socket").replace("http", "ws"))).toBe("refused");
  expect((await seenBy(sibling.url)).slice(before).map(({ method, url }) => `${method} ${url}`)).toEqual([]);
});

test("G13 what it says about itself ends at its own host", async () => {
  const answer = await page.goto(hostile.url);
  expect(answer?.headers()).toMatchObject({ "x-robots-tag": "noindex", "cross-origin-resource-policy": "same-site" });
  expect(answer?.headers()["clear-site-data"] ?? "").not.toMatch(/\*|cookies/);
  await stillSignedIn();
});

test("G17 its task does not answer under any name of the dashboard, where the dashboard's cookies would go", async () => {
  const authorization = `Basic ${btoa(bench.product.marathonCredentials)}`;
  const answer = await fetch(`${bench.product.schedulerUrl}/v2/tasks`, { headers: { authorization, accept: "application/json" } });
  const { tasks } = z.object({ tasks: z.array(z.object({ host: z.string(), ports: z.array(z.number()) })) }).parse(await answer.json());
  expect(tasks.length).toBeGreaterThan(1);
  for (const { host, ports } of tasks)
    for (const port of ports) {
      expect(host).not.toBe("127.0.0.1");
      for (const name of ["127.0.0.1", "::1"])
        expect(
          await new Promise((resolve) => {
            const socket = connect({ host: name, port }, () => resolve("answers"));
            socket.on("error", () => resolve("refused"));
          }),
        ).toBe("refused");
    }
});

test("a share link opens it to a browser without an account, holds there, and is dead on the next request after it is revoked", async () => {
  const made = await bench.rest.ask("POST", `/environments/${hostile.id}/share-links`, { note: "a customer", expiresInHours: 1 });
  expect(made.status).toBe(201);
  const { id, url } = z.object({ id: z.string(), url: z.string() }).parse(made.body);
  const outsider = await browser.newContext();
  const guest = await outsider.newPage();
  await guest.goto(url);
  await guest.getByText("A harmless shop").waitFor();
  expect(guest.url()).toBe(`${hostile.url}/`);
  expect(JSON.stringify(await seenBy(hostile.url))).not.toContain("berth_share");
  await guest.goto(sibling.url);
  expect(new URL(guest.url()).origin).toBe(bench.product.dashboardUrl);
  expect((await bench.rest.ask("DELETE", `/share-links/${id}`)).status).toBe(200);
  await guest.goto(hostile.url);
  expect(new URL(guest.url()).pathname).toBe("/sign-in");
  await outsider.close();
});

test("G15 the hand-off leads to environments one may see and nowhere else", async () => {
  const state = "0".repeat(64);
  const place = new URL(hostile.url).hostname;
  const lead = async (query: Record<string, string>) => {
    const answer = await page.request.get(`${bench.product.dashboardUrl}/open?${new URLSearchParams(query).toString()}`, {
      maxRedirects: 0,
    });
    return answer.headers()["location"] ?? "";
  };
  for (const host of [
    "evil.example",
    `${place}.evil`,
    `${place}@evil`,
    "",
    "localhost",
    `${place}:81`,
    `${place}/..`,
    place.toUpperCase(),
    "none--hostile.preview.localhost",
  ])
    expect(await lead({ host, path: "/", state })).toMatch(/^\/open\/unknown$/);
  for (const path of ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)"]) {
    const location = new URL(await lead({ host: place, path, state }));
    expect([location.origin, location.pathname, location.searchParams.get("path")]).toEqual([hostile.url, "/.berth/enter", "/"]);
  }
  for (const wrong of ["", "x", "0".repeat(63), "G".repeat(64)])
    expect(await lead({ host: place, path: "/", state: wrong })).toBe("/open/unknown");
  const nothing = await page.goto(`${bench.product.dashboardUrl}/open?host=evil.example&path=/&state=${state}`);
  expect(nothing?.status()).toBe(404);
});

test("signing out at the dashboard closes the environments too, within seconds", async () => {
  await page.goto(hostile.url);
  await page.getByText("A harmless shop").waitFor();
  const began = performance.now();
  await bench.rest.ask("GET", "/projects");
  const dashboard = await context.newPage();
  await dashboard.goto(`${bench.product.dashboardUrl}/account`);
  await dashboard
    .getByRole("button", { name: /account|ada/i })
    .first()
    .click();
  await dashboard.getByText("Sign out", { exact: true }).first().click();
  await dashboard.waitForURL(/sign-in/);
  await until("the environment is closed", 5_000, async () => {
    await page.goto(hostile.url);
    return new URL(page.url()).pathname === "/sign-in";
  });
  expect(performance.now() - began).toBeLessThan(15_000);
});
