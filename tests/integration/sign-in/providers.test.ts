import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openBrowser } from "./browser.ts";
import { openSignInStage, sessionIn, type SignInStage, signInThrough, upToAnswer } from "./stage.ts";

let stage: SignInStage;
beforeAll(async () => {
  stage = await openSignInStage({ BERTH_SIGN_UP: "harbour.test,pier.test" });
});
afterAll(() => stage?.end());
beforeEach(() => stage.forgetAttempts());

const path = (url: URL) => `${url.pathname}${url.search}`;

describe("through a real OpenID provider", () => {
  test("an invited person's first sign-in is linked by the verified e-mail, audited, and leads where it was wanted", async () => {
    const id = await stage.invite("ines@example.org");
    stage.oidc.accounts.set("subject-ines", { email: "Ines@Example.org", email_verified: true, name: "Ines" });
    const { browser, page } = await signInThrough(stage, "oidc", "subject-ines", { next: "/account?tab=1" });
    expect([page.status, path(page.url)]).toEqual([200, "/account?tab=1"]);
    const { rows } = await stage.sql.query("SELECT provider, subject FROM identity WHERE person_id = $1", [id]);
    expect(rows).toEqual([{ provider: `oidc:${stage.oidc.issuer}`, subject: "subject-ines" }]);
    expect((await stage.audit(id)).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "identity.link allowed",
      "session.create allowed",
    ]);
    expect([...(browser.jar.get("localhost")?.keys() ?? [])].toSorted()).toEqual([
      "__Host-berth-csrf",
      "__Host-berth-known",
      "__Host-berth-return",
      "__Host-berth-session",
    ]);
  });

  test("somebody who signs in by password is not linked by his address, and it is audited why", async () => {
    const id = await stage.withPassword("pat@example.org", "quay harbour lantern");
    stage.oidc.accounts.set("subject-pat", { email: "pat@example.org", email_verified: true });
    const { browser, page } = await signInThrough(stage, "oidc", "subject-pat");
    expect(path(page.url)).toBe("/sign-in?error=identity_unknown&next=%2Faccount");
    expect(sessionIn(browser)).toBeUndefined();
    expect((await stage.audit(id)).at(-1)).toMatchObject({ action: "session.create", outcome: "denied", reason: "signs_in_otherwise" });
  });

  test("whoever is linked is found by the subject, whatever his e-mail has become", async () => {
    const id = await stage.invite("moved@example.org");
    stage.oidc.accounts.set("subject-moved", { email: "moved@example.org", email_verified: true });
    await signInThrough(stage, "oidc", "subject-moved");
    stage.oidc.accounts.set("subject-moved", { email: "renamed@elsewhere.test", email_verified: false });
    const { page } = await signInThrough(stage, "oidc", "subject-moved");
    expect(path(page.url)).toBe("/account");
    expect(page.text).toContain("moved@example.org");
    expect((await stage.audit(id)).filter(({ action }) => action === "session.create")).toHaveLength(2);
  });

  test("an e-mail that the provider has not verified opens nothing", async () => {
    const id = await stage.invite("unverified@example.org");
    stage.oidc.accounts.set("subject-unverified", { email: "unverified@example.org", email_verified: false });
    const { browser, page } = await signInThrough(stage, "oidc", "subject-unverified");
    expect(path(page.url)).toBe("/sign-in?error=email_unverified&next=%2Faccount");
    expect(page.text).toContain("Your e-mail address is not verified there.");
    expect(sessionIn(browser)).toBeUndefined();
    const { rows } = await stage.sql.query("SELECT 1 FROM identity WHERE person_id = $1", [id]);
    expect(rows).toEqual([]);
  });

  test("an e-mail that went to somebody else at the provider does not open its former owner's account", async () => {
    const id = await stage.invite("desk@example.org");
    stage.oidc.accounts.set("subject-first", { email: "desk@example.org", email_verified: true });
    await signInThrough(stage, "oidc", "subject-first");
    stage.oidc.accounts.set("subject-second", { email: "desk@example.org", email_verified: true });
    const { page } = await signInThrough(stage, "oidc", "subject-second");
    expect(path(page.url)).toContain("error=identity_unknown");
    expect((await stage.audit(id)).at(-1)).toMatchObject({ outcome: "denied", reason: "other_subject" });
  });

  test("a stranger outside the listed domains is told in words, and nobody is made", async () => {
    stage.oidc.accounts.set("subject-eve", { email: "eve@evil.test", email_verified: true });
    const { page } = await signInThrough(stage, "oidc", "subject-eve");
    expect(path(page.url)).toBe("/sign-in?error=identity_unknown&next=%2Faccount");
    expect(page.text).toContain("Nobody here belongs to that sign-in.");
    const { rows } = await stage.sql.query("SELECT 1 FROM person WHERE email = 'eve@evil.test'");
    expect(rows).toEqual([]);
  });

  test.each([
    ["fatima@harbour.test", true],
    ["eve@notharbour.test", false],
    ["eve@sub.harbour.test", false],
    ["harbour.test@evil.test", false],
  ])("sign-up by domain: %s gets an account without any role: %s", async (email, made) => {
    stage.oidc.accounts.set(`subject-${email}`, { email, email_verified: true, name: "Fati\u0000ma <b>\u202E" });
    const { page } = await signInThrough(stage, "oidc", `subject-${email}`);
    const { rows } = await stage.sql.query<{ id: string; name: string; is_admin: boolean }>(
      "SELECT id, name, is_admin FROM person WHERE email = $1",
      [email],
    );
    expect(rows).toHaveLength(made ? 1 : 0);
    if (!made) return;
    expect(path(page.url)).toBe("/account");
    expect(rows[0]).toMatchObject({ name: "Fati ma <b>", is_admin: false });
    const { rows: roles } = await stage.sql.query("SELECT 1 FROM membership WHERE person_id = $1", [rows[0]?.id]);
    expect(roles).toEqual([]);
  });

  test("two first sign-ins at once make one person and two sessions", async () => {
    stage.oidc.accounts.set("subject-twice", { email: "twice@pier.test", email_verified: true });
    const results = await Promise.all([signInThrough(stage, "oidc", "subject-twice"), signInThrough(stage, "oidc", "subject-twice")]);
    expect(results.map(({ page }) => path(page.url))).toEqual(["/account", "/account"]);
    const { rows } = await stage.sql.query(
      "SELECT (SELECT count(*)::int FROM session s WHERE s.person_id = p.id) AS sessions FROM person p WHERE email = 'twice@pier.test'",
    );
    expect(rows).toEqual([{ sessions: 2 }]);
  });

  test("groups follow the claim at each sign-in, and what an admin gave stays", async () => {
    const id = await stage.invite("gro@example.org");
    await stage.group("Testers of the house", "testers");
    await stage.group("Ops of the house", "ops");
    const handMade = await stage.group("By hand", "rowers");
    await stage.sql.query("INSERT INTO group_member (group_id, person_id) VALUES ($1, $2)", [handMade, id]);
    const say = (groups: readonly string[] | undefined) =>
      stage.oidc.accounts.set("subject-gro", {
        email: "gro@example.org",
        email_verified: true,
        ...(groups === undefined ? {} : { groups }),
      });

    say(["testers", "rowers", "unknown here"]);
    await signInThrough(stage, "oidc", "subject-gro");
    expect(await stage.groupsOf(id)).toEqual([
      { name: "By hand", by_claim: false },
      { name: "Testers of the house", by_claim: true },
    ]);
    say(["ops"]);
    await signInThrough(stage, "oidc", "subject-gro");
    expect(await stage.groupsOf(id)).toEqual([
      { name: "By hand", by_claim: false },
      { name: "Ops of the house", by_claim: true },
    ]);
    say(undefined);
    await signInThrough(stage, "oidc", "subject-gro");
    expect(await stage.groupsOf(id)).toEqual([{ name: "By hand", by_claim: false }]);
    const changes = (await stage.audit(id))
      .filter(({ action }) => action === "group.follow-claim")
      .map(({ before, after }) => ({ before, after }));
    expect(changes).toEqual([
      { before: { groups: ["By hand"] }, after: { groups: ["By hand", "Testers of the house"] } },
      { before: { groups: ["By hand", "Testers of the house"] }, after: { groups: ["By hand", "Ops of the house"] } },
      { before: { groups: ["By hand", "Ops of the house"] }, after: { groups: ["By hand"] } },
    ]);
  });

  test("a disabled person is refused and audited", async () => {
    const id = await stage.invite("gone@example.org");
    stage.oidc.accounts.set("subject-gone", { email: "gone@example.org", email_verified: true });
    await signInThrough(stage, "oidc", "subject-gone");
    await stage.sql.query("UPDATE person SET disabled_at = now() WHERE id = $1", [id]);
    const { browser, page } = await signInThrough(stage, "oidc", "subject-gone");
    expect(path(page.url)).toContain("error=identity_unknown");
    expect(sessionIn(browser)).toBeUndefined();
    expect((await stage.audit(id)).at(-1)).toMatchObject({ action: "session.create", outcome: "denied", reason: "disabled" });
  });

  test("a provider's refusal is told in Berth's words, never in its own", async () => {
    const browser = openBrowser();
    const answer = await upToAnswer(stage, browser, "subject-ines");
    answer.search = `?error=access_denied&error_description=${encodeURIComponent("<script>alert(1)</script> pay 100")}&state=${answer.searchParams.get("state")}`;
    const page = await browser.get(answer.href);
    expect(path(page.url)).toBe("/sign-in?error=sign_in_failed&next=%2Faccount");
    expect(page.text).toContain("That sign-in did not work.");
    expect(page.text).not.toContain("pay 100");
  });

  test("no token of the provider is kept", async () => {
    const { rows } = await stage.sql.query<{ table: string; column: string }>(
      "SELECT table_name AS table, column_name AS column FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'identity' ORDER BY ordinal_position",
    );
    expect(rows.map(({ column }) => column)).toEqual(["provider", "subject", "person_id", "created_at", "last_used_at"]);
  });
});

describe("through a server that answers as GitHub and GitLab document their endpoints", () => {
  test("GitHub: the primary verified e-mail of its API links a person", async () => {
    const id = await stage.invite("octo@example.org");
    stage.forge.person = {
      ...stage.forge.person,
      github: { id: 583231, login: "octocat", name: null },
      emails: [
        { email: "other@example.org", primary: false, verified: true, visibility: null },
        { email: "octo@example.org", primary: true, verified: true, visibility: "private" },
      ],
    };
    const { page } = await signInThrough(stage, "github", null);
    expect(path(page.url)).toBe("/account");
    const { rows } = await stage.sql.query("SELECT provider, subject FROM identity WHERE person_id = $1", [id]);
    expect(rows).toEqual([{ provider: `github:${stage.forge.url}`, subject: "583231" }]);
  });

  test("GitHub: a primary e-mail that is not verified, and a verified one that is not primary, link nobody", async () => {
    await stage.invite("victim@example.org");
    stage.forge.person = {
      ...stage.forge.person,
      github: { id: 666, login: "mallory", name: "Mallory" },
      emails: [
        { email: "victim@example.org", primary: true, verified: false, visibility: null },
        { email: "victim@example.org", primary: false, verified: true, visibility: null },
      ],
    };
    const { page } = await signInThrough(stage, "github", null);
    expect(path(page.url)).toContain("error=email_unverified");
  });

  test.each([
    ["2012-05-23T09:05:22.000Z", "/account"],
    [null, "/sign-in?error=email_unverified&next=%2Faccount"],
  ])("GitLab: an account confirmed at %s leads to %s", async (confirmedAt, where) => {
    const email = confirmedAt === null ? "maybe@example.org" : "lab@example.org";
    await stage.invite(email);
    stage.forge.person = {
      ...stage.forge.person,
      gitlab: { id: confirmedAt === null ? 8 : 7, username: "lab", name: "Lab", email, confirmed_at: confirmedAt },
    };
    const { page } = await signInThrough(stage, "gitlab", null);
    expect(path(page.url)).toBe(where);
  });
});

describe("a provider", () => {
  test("is asked fifty times a minute for one address, whatever is asked of Berth", async () => {
    const asked: string[] = [];
    for (let round = 0; round < 60; round += 1) {
      const begun = await openBrowser().once(`${stage.berth.dashboardUrl}/api/auth/signin/oidc`, { form: { callbackUrl: "/" } });
      asked.push(begun.headers.get("location") ?? "on to the provider");
    }
    expect(asked.filter((where) => where === "on to the provider")).toHaveLength(50);
    expect(asked.slice(50).map((where) => path(new URL(where)))).toEqual(Array.from({ length: 10 }, () => "/sign-in?error=rate_limited"));
    const answer = await openBrowser().once(`${stage.berth.dashboardUrl}/api/auth/callback/oidc?code=x&state=y`);
    expect(path(new URL(answer.headers.get("location") ?? ""))).toBe("/sign-in?error=rate_limited");
  });
});

describe("the sign-in page", () => {
  test("has a button for each configured provider, by the name that was set", async () => {
    const page = await openBrowser().get(`${stage.berth.dashboardUrl}/sign-in`);
    for (const words of ["Sign in with <!-- -->Harbour &amp; Sons", "Sign in with <!-- -->GitHub", "Sign in with <!-- -->GitLab"])
      expect(page.text).toContain(words);
  });

  test.each(["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"])("leads nobody to %s", async (next) => {
    stage.oidc.accounts.set("subject-ines", { email: "ines@example.org", email_verified: true });
    const { page } = await signInThrough(stage, "oidc", "subject-ines", { next });
    expect(page.url.origin).toBe(stage.berth.dashboardUrl);
    expect(page.url.pathname).toBe("/");
  });

  test("a provider that is not configured is not there", async () => {
    const browser = openBrowser();
    const page = await browser.post(`${stage.berth.dashboardUrl}/api/auth/signin/nobody`, {});
    expect(page.status).toBe(404);
  });
});
