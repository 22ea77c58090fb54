import { randomInt, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Client } from "pg";

import { findFreePort } from "#lib/adapters/daemon/free-port.ts";
import { hashPassword } from "#lib/platform/crypto/passwords.ts";
import { type Product, startBerth } from "#tests/support/product.ts";

import { type Browser, openBrowser, type Page } from "./browser.ts";
import { type ForgePerson, type ForgeServer, startForgeServer } from "./forge-server.ts";
import { type OidcServer, startOidcServer } from "./oidc-server.ts";

export interface AuditRow {
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly actor_id: string | null;
  readonly detail: unknown;
  readonly before: unknown;
  readonly after: unknown;
}

/** The whole product beside a real OpenID provider and a server that answers like the forges. */
export interface SignInStage {
  readonly berth: Product;
  readonly oidc: OidcServer;
  readonly forge: ForgeServer;
  /** As the database's owner: what admins do on pages of their own is set up here. */
  readonly sql: Client;
  /** A person as an invitation leaves him: without a password, without roles. */
  invite(email: string): Promise<string>;
  withPassword(email: string, password: string): Promise<string>;
  group(name: string, claim: string): Promise<string>;
  groupsOf(personId: string): Promise<Array<{ name: string; by_claim: boolean }>>;
  audit(personId: string | null): Promise<AuditRow[]>;
  /** Forgets what was tried so far, so that tests do not count for each other. */
  forgetAttempts(): Promise<void>;
  end(): Promise<void>;
}

const someone: ForgePerson = {
  github: { id: 1, login: "octocat", name: "monalisa octocat" },
  emails: [{ email: "octocat@github.test", primary: true, verified: true, visibility: "public" }],
  gitlab: { id: 1, username: "john_smith", name: "John Smith", email: "john@gitlab.test", confirmed_at: "2012-05-23T09:05:22.000Z" },
};

export async function openSignInStage(settings: Readonly<Record<string, string>> = {}): Promise<SignInStage> {
  const port = await findFreePort("127.0.0.1", randomInt(20_000, 29_000));
  const oidc = await startOidcServer(`http://localhost:${port}/api/auth/callback/oidc`);
  const forge = await startForgeServer(someone);
  const berth = await startBerth({
    settings: {
      BERTH_PORT: String(port),
      BERTH_OIDC_ISSUER: oidc.issuer,
      BERTH_OIDC_CLIENT_ID: oidc.clientId,
      BERTH_OIDC_CLIENT_SECRET: oidc.clientSecret,
      BERTH_OIDC_NAME: "Harbour & Sons",
      BERTH_OIDC_SCOPES: "openid email profile groups",
      BERTH_GITHUB_ID: "github-client",
      BERTH_GITHUB_SECRET: "github-secret",
      BERTH_GITHUB_URL: forge.url,
      BERTH_GITLAB_ID: "gitlab-client",
      BERTH_GITLAB_SECRET: "gitlab-secret",
      BERTH_GITLAB_URL: forge.url,
      ...settings,
    },
  }).catch(async (error: unknown) => {
    await Promise.all([oidc.close(), forge.close()]);
    throw error;
  });
  const sql = await connect(berth);
  return { berth, oidc, forge, sql, ...records(sql), end: () => end(berth, oidc, forge, sql) };
}

async function end(berth: Product, oidc: OidcServer, forge: ForgeServer, sql: Client): Promise<void> {
  await sql.end();
  await berth.remove();
  await Promise.all([oidc.close(), forge.close()]);
}

async function connect({ home }: Product): Promise<Client> {
  const settings: unknown = JSON.parse(await readFile(join(home, "test-settings.json"), "utf8"));
  const port =
    typeof settings === "object" && settings !== null && "BERTH_POSTGRES_PORT" in settings ? Number(settings.BERTH_POSTGRES_PORT) : 0;
  const password = (await readFile(join(home, "keys", "postgres"), "utf8")).trim();
  const client = new Client({ host: "127.0.0.1", port, user: "berth", password, database: "berth" });
  // The server ends with the product, sometimes before the test lets go.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

function records(sql: Client): Pick<SignInStage, "invite" | "withPassword" | "group" | "groupsOf" | "audit" | "forgetAttempts"> {
  const person = async (email: string, passwordHash: string | null) => {
    const id = randomUUID();
    await sql.query("INSERT INTO person (id, email, name, password_hash) VALUES ($1, $2, $3, $4)", [
      id,
      email,
      email.split("@")[0],
      passwordHash,
    ]);
    return id;
  };
  return {
    invite: (email) => person(email, null),
    withPassword: async (email, password) => person(email, await hashPassword(password)),
    async group(name, claim) {
      const id = randomUUID();
      await sql.query("INSERT INTO person_group (id, name, claim) VALUES ($1, $2, $3)", [id, name, claim]);
      return id;
    },
    async groupsOf(personId) {
      const found = await sql.query<{ name: string; by_claim: boolean }>(
        "SELECT g.name, m.by_claim FROM group_member m JOIN person_group g ON g.id = m.group_id WHERE m.person_id = $1 ORDER BY g.name",
        [personId],
      );
      return found.rows;
    },
    async audit(personId) {
      const found = await sql.query<AuditRow>(
        "SELECT action, outcome, reason, actor_id, detail, before, after FROM audit_entry WHERE actor_id IS NOT DISTINCT FROM $1::uuid ORDER BY seq",
        [personId],
      );
      return found.rows;
    },
    async forgetAttempts() {
      await sql.query("DELETE FROM sign_in_attempt");
    },
  };
}

/** Presses a provider's button on the sign-in page and, at the OpenID provider, signs in as the account. */
export async function signInThrough(
  { berth }: SignInStage,
  provider: string,
  account: string | null,
  { browser = openBrowser(), next = "/account" }: { browser?: Browser; next?: string } = {},
): Promise<{ browser: Browser; page: Page }> {
  const page = await browser.post(`${berth.dashboardUrl}/api/auth/signin/${provider}`, { callbackUrl: next });
  if (account === null || !page.url.pathname.startsWith("/interaction/")) return { browser, page };
  return { browser, page: await browser.post(page.url.href, { prompt: "login", login: account, password: "anything" }) };
}

/** The same up to the provider's answer, which the browser has not yet brought to Berth. */
export async function upToAnswer(stage: SignInStage, browser: Browser, account: string): Promise<URL> {
  const start = await browser.once(`${stage.berth.dashboardUrl}/api/auth/signin/oidc`, { form: { callbackUrl: "/account" } });
  let url = /^0; url=(.+)$/.exec(start.headers.get("refresh") ?? "")?.[1] ?? "";
  for (let step = 0; step < 10; step += 1) {
    const page = url.includes("/interaction/")
      ? await browser.once(url, { form: { prompt: "login", login: account, password: "anything" } })
      : await browser.once(url);
    const next = new URL(page.headers.get("location") ?? "", url);
    if (next.pathname === "/api/auth/callback/oidc") return next;
    url = next.href;
  }
  throw new Error("The provider never answered");
}

/** The value of Berth's session cookie in a browser. */
export function sessionIn(browser: Browser): string | undefined {
  return browser.jar.get("localhost")?.get("__Host-berth-session");
}

/** Where a page leads whoever is not signed in; null when it answers. */
export async function isSignedIn({ berth }: SignInStage, cookie: string): Promise<boolean> {
  const response = await fetch(`${berth.dashboardUrl}/account`, { headers: { cookie }, redirect: "manual" });
  await response.text();
  return response.status === 200;
}
