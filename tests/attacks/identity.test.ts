import { spawn } from "node:child_process";
import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { encode } from "next-auth/jwt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";

import { hashToken, newApiToken, newRandomId } from "#lib/platform/crypto/tokens.ts";
import { openBrowser } from "#tests/integration/sign-in/browser.ts";
import { type Answer, cookiesIn, linesIn, send, sendPassword, sessionCookieIn } from "#tests/integration/sign-in/request.ts";
import { isSignedIn, openSignInStage, sessionIn, type SignInStage, signInThrough, upToAnswer } from "#tests/integration/sign-in/stage.ts";
import { startBerth } from "#tests/support/product.ts";

const good = "quay harbour lantern";
let stage: SignInStage;
let origin: string;
beforeAll(async () => {
  stage = await openSignInStage();
  origin = stage.berth.dashboardUrl;
});
afterAll(() => stage?.end());
beforeEach(() => stage.forgetAttempts());

const cookieOf = (answer: Answer) => sessionCookieIn(answer).split(";", 1)[0] ?? "";
const path = (url: URL) => `${url.pathname}${url.search}`;

describe("A01", () => {
  const root = resolve(import.meta.dirname, "../..");
  const unused = {
    DOCKER_HOST: "unix:///nonexistent/docker.sock",
    BERTH_PORT: "30501",
    BERTH_GATEWAY_PORT: "30502",
    BERTH_SCHEDULER_PORT: "30503",
    BERTH_POSTGRES_PORT: "30504",
    BERTH_REGISTRY_PORT: "30505",
  };
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "berth-a01-"));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function start(script: string, environment: Readonly<Record<string, string>>) {
    const started = performance.now();
    const child = spawn(process.execPath, [join(root, script)], {
      cwd: root,
      // Should it start after all, it is without an engine and on ports of its own, and ends in order.
      env: { PATH: process.env["PATH"], HOME: home, BERTH_HOME: home, NODE_ENV: "production", ...unused, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 8_000,
      killSignal: "SIGTERM",
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
    const code = await new Promise<number | null>((done) => child.once("close", done));
    return { code, printed, milliseconds: performance.now() - started };
  }

  test.each([
    "captain4",
    "changeme-changeme-changeme-changeme",
    "0123456789abcdef0123456789abcdef",
    "your-secret-key-of-32-characters-or-more",
  ])("a start with the session secret %j ends at once, naming the setting and never its value", async (secret) => {
    const { code, printed, milliseconds } = await start("dist/supervisor.mjs", { BERTH_AUTH_SECRET: secret });
    expect(code).toBe(1);
    expect(milliseconds).toBeLessThan(5000);
    expect(printed).toContain("BERTH_AUTH_SECRET");
    expect(printed).not.toContain(secret);
  });

  test.each(["auth-secret", "database-web", "marathon"])(
    "a start with a guessable key %s in the keys' folder ends at once, naming the file",
    async (name) => {
      await mkdir(join(home, "keys"), { mode: 0o700 });
      await writeFile(join(home, "keys", name), "captain42\n", { mode: 0o600 });
      const { code, printed, milliseconds } = await start("dist/supervisor.mjs", {});
      expect(code).toBe(1);
      expect(milliseconds).toBeLessThan(5000);
      expect(printed).toContain(join(home, "keys", name));
      expect(printed).not.toContain("captain42");
    },
  );

  test("web without a session secret does not start", async () => {
    const { code, printed, milliseconds } = await start("dist/web.mjs", {
      BERTH_PROCESS_DATABASE_URL: "postgresql://berth_web:x@127.0.0.1:1/berth",
    });
    expect(code).not.toBe(0);
    expect(milliseconds).toBeLessThan(5000);
    expect(printed).toContain("BERTH_AUTH_SECRET");
  });

  test("half of a provider's settings is refused, naming what is missing", async () => {
    const { code, printed } = await start("dist/supervisor.mjs", {
      BERTH_OIDC_ISSUER: "https://id.test",
      BERTH_OIDC_CLIENT_SECRET: "very secret value",
    });
    expect(code).toBe(1);
    expect(printed).toContain("BERTH_OIDC_CLIENT_ID");
    expect(printed).not.toContain("very secret value");
  });

  test("a provider without encryption is refused, and so is an installation nobody could sign in to", async () => {
    expect((await start("dist/supervisor.mjs", { BERTH_GITLAB_URL: "http://gitlab.test" })).printed).toContain("BERTH_GITLAB_URL");
    expect((await start("dist/supervisor.mjs", { BERTH_PASSWORD_SIGN_IN: "off" })).printed).toContain("BERTH_PASSWORD_SIGN_IN");
  });
});

describe("A02", () => {
  test("a fresh installation has no password that works, answers no API, and its set-up code is asked for", async () => {
    const fresh = await startBerth({ withAdmin: false });
    try {
      for (const [email, password] of [
        ["admin", "admin"],
        ["admin@example.org", "captain42"],
        ["ada@example.org", ""],
      ] as const) {
        const answer = await sendPassword(fresh.dashboardUrl, { email, password });
        expect([400, 401]).toContain(answer.status);
        expect(sessionCookieIn(answer)).toBe("");
      }
      for (const api of ["/api/v1/projects", "/api/v1/people", "/api/v1/tokens", "/api/v1/nothing"])
        expect((await send(`${fresh.dashboardUrl}${api}`)).status).toBe(401);
      const home = await send(`${fresh.dashboardUrl}/`);
      expect(home.headers["location"] ?? home.text).toContain("/setup");
      await expect.poll(() => fresh.setupCode, { timeout: 10_000 }).toMatch(/^[A-Z0-9-]{23}$/);
      expect(fresh.output().split("Set-up code:")).toHaveLength(2);
    } finally {
      await fresh.remove();
    }
  });
});

describe("A03", () => {
  test("the session's cookie is this host's alone, unreadable for scripts, and new at each sign-in; the one before is dead", async () => {
    await stage.withPassword("ann@example.org", good);
    const first = await sendPassword(origin, { email: "ann@example.org", password: good });
    expect(first.status).toBe(200);
    const attributes = sessionCookieIn(first).split("; ").slice(1);
    expect(attributes.filter((text) => !/^(Expires|Max-Age)=/.test(text)).toSorted()).toEqual([
      "HttpOnly",
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
    for (const line of linesIn(first)) {
      expect(line).toMatch(/^__Host-berth-/);
      expect(line).toMatch(/; HttpOnly/);
      expect(line).toMatch(/; Secure/);
      expect(line).not.toMatch(/domain=/i);
    }
    expect(await isSignedIn(stage, cookieOf(first))).toBe(true);
    const second = await sendPassword(origin, { email: "ann@example.org", password: good }, { cookie: cookieOf(first) });
    expect(cookieOf(second)).not.toBe(cookieOf(first));
    expect(await isSignedIn(stage, cookieOf(second))).toBe(true);
    expect(await isSignedIn(stage, cookieOf(first))).toBe(false);
  });

  test("next-auth's session endpoint tells who is signed in, and nothing of a session that was ended", async () => {
    await stage.withPassword("bob@example.org", good);
    const cookie = cookieOf(await sendPassword(origin, { email: "bob@example.org", password: good }));
    const ask = async () => (await send(`${origin}/api/auth/session`, { headers: { cookie } })).text;
    expect(JSON.parse(await ask())).toEqual({ user: { name: "bob", email: "bob@example.org" } });
    await stage.sql.query("UPDATE session SET ended_at = now() WHERE person_id = (SELECT id FROM person WHERE email = 'bob@example.org')");
    expect(await ask()).toBe("{}");
  });

  test("sign-out through next-auth ends the session itself, and only with the browser's own token", async () => {
    await stage.withPassword("cyd@example.org", good);
    const signedIn = await sendPassword(origin, { email: "cyd@example.org", password: good });
    const csrf = await send(`${origin}/api/auth/csrf`);
    const { csrfToken } = z.object({ csrfToken: z.string() }).parse(JSON.parse(csrf.text));
    const cookie = `${cookieOf(signedIn)}; ${cookiesIn(csrf)}`;
    const leave = (token: string, from: string) =>
      send(`${origin}/api/auth/signout`, {
        method: "POST",
        headers: { origin: from, cookie, "content-type": "application/x-www-form-urlencoded" },
        body: `csrfToken=${token}`,
      });
    expect((await leave("0".repeat(64), origin)).status).toBe(403);
    expect((await leave(csrfToken, "http://evil.test")).status).toBe(403);
    expect(await isSignedIn(stage, cookieOf(signedIn))).toBe(true);
    expect((await leave(csrfToken, origin)).status).toBe(303);
    expect(await isSignedIn(stage, cookieOf(signedIn))).toBe(false);
  });
});

describe("A04", () => {
  test("a session cookie that comes twice, or in pieces, counts as nobody's, whichever of them is real", async () => {
    await stage.withPassword("dan@example.org", good);
    const real = cookieOf(await sendPassword(origin, { email: "dan@example.org", password: good }));
    expect(await isSignedIn(stage, real)).toBe(true);
    expect(await isSignedIn(stage, `${real}; __Host-berth-session=evil`)).toBe(false);
    expect(await isSignedIn(stage, `__Host-berth-session=evil; ${real}`)).toBe(false);
    expect(await isSignedIn(stage, `${real}; ${real}`)).toBe(false);
    expect(await isSignedIn(stage, `${real.replace("session=", "session.0=")}`)).toBe(false);
    expect(await isSignedIn(stage, `${real}; other=1; other=2`)).toBe(true);
  });
});

describe("A05", () => {
  test("12 wrong passwords for one person: five are looked at, the rest is sent away with the time to wait; others still sign in", async () => {
    await stage.withPassword("eli@example.org", good);
    await stage.withPassword("fay@example.org", good);
    const answers: Answer[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1)
      answers.push(await sendPassword(origin, { email: "eli@example.org", password: `wrong ${attempt}` }));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 5 }, () => 401), ...Array.from({ length: 7 }, () => 429)]);
    expect(Number(answers.at(-1)?.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(answers.at(-1)?.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect(answers.at(-1)?.text).toMatch(/Try again in \d+ seconds\./);
    expect((await sendPassword(origin, { email: "fay@example.org", password: good })).status).toBe(200);
  });

  test("whoever fails on purpose shuts out his own address, not the account's owner", async () => {
    const id = await stage.withPassword("gus@example.org", good);
    for (let attempt = 0; attempt < 7; attempt += 1)
      await sendPassword(origin, { email: "gus@example.org", password: `wrong ${attempt}` }, { from: "127.0.0.66" });
    expect((await sendPassword(origin, { email: "gus@example.org", password: good }, { from: "127.0.0.66" })).status).toBe(429);
    expect((await sendPassword(origin, { email: "gus@example.org", password: good })).status).toBe(200);
    const denied = (await stage.audit(id)).filter(({ outcome }) => outcome === "denied");
    expect(denied.map(({ reason }) => reason)).toEqual(Array.from({ length: 5 }, () => "credentials_wrong"));
  });

  test("guessing from many addresses is stopped for the account, and its owner still comes in with a browser he has used", async () => {
    await stage.withPassword("hal@example.org", good);
    const known = cookiesIn(await sendPassword(origin, { email: "hal@example.org", password: good }))
      .split("; ")
      .filter((pair) => pair.startsWith("__Host-berth-known="))
      .join("");
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 25; attempt += 1)
      statuses.push(
        (await sendPassword(origin, { email: "hal@example.org", password: "wrong wrong" }, { from: `127.0.1.${attempt + 1}` })).status,
      );
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect((await sendPassword(origin, { email: "hal@example.org", password: good }, { from: "127.0.2.1" })).status).toBe(429);
    expect((await sendPassword(origin, { email: "hal@example.org", password: good }, { from: "127.0.2.1", cookie: known })).status).toBe(
      200,
    );
    // Somebody else's account gains nothing by it.
    expect(
      (await sendPassword(origin, { email: "ann@example.org", password: "wrong wrong" }, { from: "127.0.2.1", cookie: known })).status,
    ).toBe(401);
  });

  test("200 wrong passwords over 200 people from one address: 50 are looked at, and not more than 50 rows are kept", async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, number) =>
        sendPassword(origin, { email: `nobody${number}@example.org`, password: "wrong wrong" }, { from: "127.0.0.77" }),
      ),
    );
    const count = (...wanted: readonly number[]) => answers.filter(({ status }) => wanted.includes(status)).length;
    expect(count(401)).toBeLessThanOrEqual(50);
    expect(count(429, 503)).toBeGreaterThanOrEqual(150);
    expect(count(401, 429, 503)).toBe(200);
    for (const { headers } of answers.filter(({ status }) => status !== 401)) expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    // The pages have not stopped meanwhile, and others sign in.
    expect((await sendPassword(origin, { email: "fay@example.org", password: good })).status).toBe(200);
    const { rows } = await stage.sql.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM sign_in_attempt WHERE address = '127.0.0.77'",
    );
    expect(rows[0]?.count).toBeLessThanOrEqual(50);
  });
});

describe("A06", () => {
  test("a password of a megabyte is refused at once, on every way in", async () => {
    const big = "x".repeat(1024 * 1024);
    await send(`${origin}/sign-in`);
    for (const [target, type] of [
      ["/api/auth/callback/credentials", "application/x-www-form-urlencoded"],
      ["/api/auth/callback/credentials", "application/json"],
      ["/sign-in", "application/x-www-form-urlencoded"],
    ] as const) {
      const answer = await send(`${origin}${target}`, {
        method: "POST",
        headers: { origin, "content-type": type },
        body: `email=a&password=${big}`,
      });
      expect(answer.status).toBe(413);
      expect(answer.milliseconds).toBeLessThan(50);
    }
  });

  test("a password that is longer than any may be, and one with NUL, are refused without being tried", async () => {
    await stage.withPassword("ida@example.org", good);
    expect((await sendPassword(origin, { email: "ida@example.org", password: `${good}\0` })).status).toBe(400);
    expect((await sendPassword(origin, { email: "ida@example.org", password: "x".repeat(1025) })).status).toBe(400);
    expect((await sendPassword(origin, { email: "ida@example.org", password: `${good} ` })).status).toBe(401);
    expect((await sendPassword(origin, { email: "ida@example.org", password: good })).status).toBe(200);
  });
});

describe("A07", () => {
  async function signedInWithStream(email: string) {
    const id = await stage.withPassword(email, good);
    const { id: projectId } = await makeProject();
    await stage.sql.query("INSERT INTO membership (project_id, person_id, role) VALUES ($1, $2, 'developer')", [projectId, id]);
    const token = newApiToken();
    await stage.sql.query("INSERT INTO api_token (id, person_id, name, hash, hint) VALUES (gen_random_uuid(), $1, 'test', $2, 'test')", [
      id,
      hashToken(token),
    ]);
    const cookie = cookieOf(await sendPassword(origin, { email, password: good }));
    const stream = await fetch(`${origin}/stream/projects/${projectId}`, { headers: { cookie } });
    expect(stream.status).toBe(200);
    const started = performance.now();
    const closed = stream.text().then(
      () => performance.now() - started,
      () => performance.now() - started,
    );
    const api = async () =>
      (await send(`${origin}/api/v1/projects/${projectId}`, { headers: { authorization: `Bearer ${token}` } })).status;
    return { id, projectId, cookie, closed, api };
  }

  async function makeProject(): Promise<{ id: string }> {
    const name = `Shop ${randomBytes(3).toString("hex")}`;
    const headers = { authorization: `Bearer ${stage.berth.adminToken}`, "content-type": "application/json" };
    const made = await fetch(`${origin}/api/v1/projects`, { method: "POST", headers, body: JSON.stringify({ name }) });
    expect(made.status).toBe(201);
    const { rows } = await stage.sql.query<{ id: string }>("SELECT id FROM project WHERE name = $1", [name]);
    return { id: rows[0]?.id ?? "" };
  }

  test("a disabled person's cookie and token are dead on the next request, and open streams close", async () => {
    const person = await signedInWithStream("jon@example.org");
    const at = performance.now();
    await stage.sql.query("UPDATE person SET disabled_at = now() WHERE id = $1", [person.id]);
    expect(await isSignedIn(stage, person.cookie)).toBe(false);
    expect(await person.api()).toBe(401);
    expect(performance.now() - at).toBeLessThan(1000);
    expect(await person.closed).toBeLessThan(5000);
  });

  test("a lost role is lost on the next request, and open streams close", async () => {
    const person = await signedInWithStream("kim@example.org");
    expect(await person.api()).not.toBe(401);
    await stage.sql.query("DELETE FROM membership WHERE person_id = $1", [person.id]);
    expect(await person.api()).toBe(404);
    expect(await isSignedIn(stage, person.cookie)).toBe(true);
    expect(await person.closed).toBeLessThan(5000);
  });

  test("an ended session's open streams close", async () => {
    const person = await signedInWithStream("lea@example.org");
    await stage.sql.query("UPDATE session SET ended_at = now() WHERE person_id = $1", [person.id]);
    expect(await isSignedIn(stage, person.cookie)).toBe(false);
    expect(await person.closed).toBeLessThan(5000);
  });
});

describe("A09", () => {
  const asSession = (value: string) => isSignedIn(stage, `__Host-berth-session=${value}`);

  test("what a half-finished sign-in leaves in the browser is no session", async () => {
    const browser = openBrowser();
    await browser.once(`${origin}/api/auth/signin/oidc`, { form: { callbackUrl: "/" } });
    const jar = browser.jar.get("localhost") ?? new Map<string, string>();
    expect([...jar.keys()].toSorted()).toEqual(expect.arrayContaining(["__Host-berth-nonce", "__Host-berth-pkce", "__Host-berth-state"]));
    for (const [, value] of jar) expect(await asSession(value)).toBe(false);
  });

  test("the cookie by which a browser is known is no session", async () => {
    const { browser } = await signInKnown("mia@example.org");
    const known = browser.jar.get("localhost")?.get("__Host-berth-known") ?? "";
    expect(known).not.toBe("");
    expect(await asSession(known)).toBe(false);
  });

  test("a token without a signature, one with a guessed key, and one of another instance are nobody's", async () => {
    const { browser, personId } = await signInKnown("nia@example.org");
    expect(await asSession(sessionIn(browser) ?? "")).toBe(true);
    const sessionId = newRandomId();
    await stage.sql.query(
      "INSERT INTO session (id, id_hash, person_id, expires_at) VALUES (gen_random_uuid(), $1, $2, now() + interval '1 hour')",
      [hashToken(sessionId), personId],
    );
    const claims = { sid: sessionId, iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 3600 };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const hs = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
    const forged = [
      `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`,
      `${hs}.${createHmac("sha256", "").update(hs).digest("base64url")}`,
      await encode({ token: { sid: sessionId }, secret: randomBytes(32).toString("base64url") }),
      sessionId,
    ];
    for (const token of forged) expect(await asSession(token)).toBe(false);
  });

  async function signInKnown(email: string) {
    const personId = await stage.invite(email);
    stage.oidc.accounts.set(email, { email, email_verified: true });
    const { browser } = await signInThrough(stage, "oidc", email);
    return { browser, personId };
  }

  test.each(["none", "HS256 with the client's secret", "RS256 with a key of its own"])(
    "an ID token signed by %s signs nobody in",
    async (how) => {
      await stage.invite(`oda-${how.slice(0, 2)}@example.org`);
      const browser = openBrowser();
      const start = await browser.once(`${origin}/api/auth/signin/oidc`, { form: { callbackUrl: "/" } });
      const request = new URL(/url=(.+)$/.exec(start.headers.get("refresh") ?? "")?.[1] ?? "");
      stage.oidc.tokenAnswer = () => ({
        access_token: "x",
        token_type: "Bearer",
        id_token: idToken(how, request.searchParams.get("nonce") ?? ""),
      });
      try {
        const page = await browser.get(
          `${origin}/api/auth/callback/oidc?code=anything&state=${request.searchParams.get("state")}&iss=${encodeURIComponent(stage.oidc.issuer)}`,
        );
        expect(path(page.url)).toBe("/sign-in?error=sign_in_failed");
        expect(sessionIn(browser)).toBeUndefined();
      } finally {
        stage.oidc.tokenAnswer = undefined;
      }
    },
  );

  function idToken(how: string, nonce: string): string {
    const now = Math.floor(Date.now() / 1000);
    const { issuer, clientId, clientSecret } = stage.oidc;
    const email = `oda-${how.slice(0, 2)}@example.org`;
    const claims = { iss: issuer, sub: "oda", aud: clientId, iat: now, exp: now + 600, nonce, email, email_verified: true };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const head = (alg: string) => `${part({ alg, typ: "JWT" })}.${part(claims)}`;
    if (how === "none") return `${head("none")}.`;
    if (how.startsWith("HS256")) return `${head("HS256")}.${createHmac("sha256", clientSecret).update(head("HS256")).digest("base64url")}`;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    return `${head("RS256")}.${sign("sha256", Buffer.from(head("RS256")), privateKey).toString("base64url")}`;
  }
});

describe("A10", () => {
  beforeEach(async () => {
    stage.oidc.accounts.set("pia", { email: "pia@example.org", email_verified: true });
    await stage.sql.query(
      "INSERT INTO person (id, email, name) VALUES (gen_random_uuid(), 'pia@example.org', 'Pia') ON CONFLICT DO NOTHING",
    );
  });
  /** Brings an answer of the provider to Berth: where it leads, whether a session came of it, and what the audit log says. */
  const bring = async (url: URL, browser: ReturnType<typeof openBrowser>) => {
    const before = await stage.audit(null);
    const page = await browser.get(url.href);
    const entries = (await stage.audit(null)).slice(before.length);
    return {
      path: path(page.url),
      session: sessionIn(browser),
      audit: entries.map(({ action, outcome, reason }) => [action, outcome, reason]),
    };
  };
  const refused = {
    path: "/sign-in?error=sign_in_failed&next=%2Faccount",
    session: undefined,
    audit: [["session.create", "denied", "sign_in_failed"]],
  };

  test("an answer of the provider that another browser asked for signs nobody in", async () => {
    const answer = await upToAnswer(stage, openBrowser(), "pia");
    expect(await bring(answer, openBrowser())).toEqual({ ...refused, path: "/sign-in?error=sign_in_failed" });
    // Not even in a browser that has begun a sign-in of its own.
    const other = openBrowser();
    await upToAnswer(stage, other, "pia");
    expect(await bring(answer, other)).toEqual(refused);
  });

  test("an answer without the PKCE verifier's cookie, or with another's, signs nobody in", async () => {
    const browser = openBrowser();
    const answer = await upToAnswer(stage, browser, "pia");
    browser.jar.get("localhost")?.delete("__Host-berth-pkce");
    expect(await bring(answer, browser)).toEqual(refused);
    const victim = openBrowser();
    const again = await upToAnswer(stage, victim, "pia");
    const attacker = openBrowser();
    await upToAnswer(stage, attacker, "pia");
    victim.jar.get("localhost")?.set("__Host-berth-pkce", attacker.jar.get("localhost")?.get("__Host-berth-pkce") ?? "");
    expect(await bring(again, victim)).toEqual(refused);
  });

  test("an answer that was used is of no use again, not even with all its cookies", async () => {
    const browser = openBrowser();
    const answer = await upToAnswer(stage, browser, "pia");
    const kept = new Map(browser.jar.get("localhost"));
    expect((await browser.get(answer.href)).url.pathname).toBe("/account");
    const thief = openBrowser();
    thief.jar.set("localhost", kept);
    expect(await bring(answer, thief)).toEqual(refused);
  });

  test("a sign-in cannot be begun from another site, and not by following a link", async () => {
    const foreign = await send(`${origin}/api/auth/signin/oidc`, { method: "POST", headers: { origin: "https://evil.test" }, body: "" });
    expect(foreign.status).toBe(403);
    const link = await send(`${origin}/api/auth/signin/oidc`);
    expect(link.headers["location"]).toBe(`${origin}/sign-in`);
  });

  test("neither Host nor forwarded headers change where a sign-in goes", async () => {
    const hostile = {
      origin,
      "x-forwarded-host": "evil.test",
      "x-forwarded-proto": "https",
      "content-type": "application/x-www-form-urlencoded",
    };
    const start = await send(`${origin}/api/auth/signin/oidc`, {
      method: "POST",
      headers: hostile,
      body: "callbackUrl=https://evil.test/",
    });
    expect(start.headers["refresh"]).toContain(encodeURIComponent(`${origin}/api/auth/callback/oidc`));
    expect(start.headers["refresh"]).not.toContain("evil");
    const host = await send(`${origin}/api/auth/signin/oidc`, { method: "POST", headers: { ...hostile, host: "evil.test" }, body: "" });
    expect(host.status).toBe(421);
    const get = await send(`${origin}/api/auth/csrf`, { headers: { host: "evil.test" } });
    expect(get.headers["location"]).toBe(`${origin}/api/auth/csrf`);
  });

  test.each(["/api/v1/../auth/signin/oidc", "/git/%2e%2e/api/auth/signin/oidc", "/api/v1/..%2fauth/signin/oidc", "/api/v1/.%2E/auth/csrf"])(
    "the rules for tokens do not hold for %s",
    async (target) => {
      const answer = await send(origin, { method: "POST", target, headers: { origin: "https://evil.test" }, body: "" });
      expect(answer.status).toBe(400);
    },
  );
});
