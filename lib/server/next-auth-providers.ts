import type { Profile, User } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";

import type { ProvedIdentity } from "#lib/domain/identities/schema.ts";
import type { ProviderSettings } from "#lib/platform/sign-in-settings.ts";

/** What a provider tells of somebody, before it is looked at. */
type Told = Readonly<Record<string, unknown>>;
declare module "next-auth" {
  interface Profile {
    told?: Told;
  }
}
type Client = Parameters<NonNullable<Exclude<OAuthConfig<Profile>["userinfo"], string | undefined>["request"]>>[0]["client"];

/** A provider that answers slower than this is not there. */
const timeoutMs = 8_000;
const answerAtMost = 256 * 1024;
const headers = { accept: "application/json", "user-agent": "Berth" };

const text = z.string().nullish().catch(null);
const id = z.union([z.string().min(1), z.number().int().positive()]).transform(String);
const oidcClaims = z.object({
  sub: z.string().min(1),
  email: text,
  // Some providers write the word.
  email_verified: z.union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")]).catch(false),
  name: text,
  preferred_username: text,
});
const githubPerson = z.object({ id, login: z.string(), name: text });
const githubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));
const gitlabPerson = z.object({ id, username: z.string(), name: text, email: text, confirmed_at: text });
const groupsClaim = z.union([z.array(z.string()), z.string().transform((group) => [group])]);

/** A configured provider as next-auth wants it. What it proves is put into `identity` of next-auth's user, and nowhere else. */
export function authProvider(settings: ProviderSettings): OAuthConfig<Profile> {
  const { id: provider, name, clientId, clientSecret, url } = settings;
  const common = { id: provider, name, type: "oauth", clientId, clientSecret, httpOptions: { timeout: timeoutMs } } as const;
  switch (settings.id) {
    case "oidc":
      return {
        ...common,
        ...oidc(url, settings.scopes),
        profile: ({ told }) => userOf(oidcIdentity(told ?? {}, url, settings.groupsClaim)),
      };
    case "github":
      return { ...common, ...github(url), profile: ({ told }) => userOf(githubIdentity(told ?? {}, url)) };
    case "gitlab":
      return { ...common, ...gitlab(url), profile: ({ told }) => userOf(gitlabIdentity(told ?? {}, url)) };
  }
}

type Parts = Pick<OAuthConfig<Profile>, "wellKnown" | "idToken" | "issuer" | "authorization" | "token" | "userinfo" | "checks">;

function oidc(issuer: string, scope: string): Parts {
  return {
    wellKnown: `${issuer}/.well-known/openid-configuration`,
    authorization: { params: { scope } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    userinfo: {
      // E-mail and groups are often told here only; openid-client checks that both speak of the same subject.
      async request({ client, tokens }) {
        const { issuer: said, userinfo_endpoint: endpoint } = client.issuer.metadata;
        if (said.replace(/\/+$/, "") !== issuer) throw new Error("The discovered issuer is another one than the setting names.");
        const { access_token: accessToken, id_token: idToken } = tokens;
        if (idToken === undefined) throw new Error("There is no ID token in the answer.");
        const claims = claimsOf(tokens);
        if (endpoint === undefined || accessToken === undefined) return { told: claims };
        const more = await client.userinfo(accessToken);
        if (more.sub !== claims["sub"]) throw new Error("The user info speaks of somebody else than the ID token.");
        return { told: { ...claims, ...more, ...emailOf(claims, more) } };
      },
    },
  };
}

/** The e-mail and whether it is verified, both of one source: what one says of its address says nothing of the other's. */
function emailOf(...sources: readonly Told[]): Told {
  const [source] = sources
    .filter(({ email }) => typeof email === "string")
    .toSorted((one, other) => Number("email_verified" in other) - Number("email_verified" in one));
  return { email: source?.["email"], email_verified: source?.["email_verified"] };
}

function github(url: string): Parts {
  const api = url === "https://github.com" ? "https://api.github.com" : `${url}/api/v3`;
  return {
    issuer: `${url}/login/oauth`,
    authorization: { url: `${url}/login/oauth/authorize`, params: { scope: "read:user user:email" } },
    token: { url: `${url}/login/oauth/access_token` },
    checks: ["pkce", "state"],
    userinfo: {
      url: `${api}/user`,
      async request({ client, tokens }) {
        const person = await ask(client, `${api}/user`, tokens.access_token);
        const emails = await ask(client, `${api}/user/emails?per_page=100`, tokens.access_token);
        return { told: { person, emails } };
      },
    },
  };
}

function gitlab(url: string): Parts {
  return {
    issuer: url,
    authorization: { url: `${url}/oauth/authorize`, params: { scope: "read_user" } },
    token: { url: `${url}/oauth/token` },
    checks: ["pkce", "state"],
    userinfo: {
      url: `${url}/api/v4/user`,
      request: async ({ client, tokens }) => ({ told: { person: await ask(client, `${url}/api/v4/user`, tokens.access_token) } }),
    },
  };
}

async function ask(client: Client, url: string, accessToken: string | undefined): Promise<unknown> {
  if (accessToken === undefined) throw new Error("There is no access token in the answer.");
  const { statusCode, body } = await client.requestResource(url, accessToken, { headers });
  if (statusCode !== 200 || body === undefined || body.byteLength > answerAtMost)
    throw new Error(`${new URL(url).pathname} answered ${statusCode}.`);
  return JSON.parse(body.toString("utf8"));
}

function oidcIdentity(told: Told, url: string, claim: string): ProvedIdentity {
  const { sub, email, email_verified: emailVerified, name, preferred_username: login } = oidcClaims.parse(told);
  // A claim that is not there says: no groups.
  const groups = groupsClaim
    .catch([])
    .parse(told[claim])
    .filter((group) => /^[^\p{C}]{1,255}$/u.test(group));
  const identity = { provider: `oidc:${url}`, subject: sub, email: email ?? null, emailVerified, name: name ?? login ?? "" };
  return { ...identity, groups: [...new Set(groups)].slice(0, 2000) };
}

function githubIdentity(told: Told, url: string): ProvedIdentity {
  const person = githubPerson.parse(told["person"]);
  const primary = githubEmails.parse(told["emails"]).find((entry) => entry.primary);
  const identity = { provider: `github:${url}`, subject: person.id, name: person.name ?? person.login, groups: null };
  return { ...identity, email: primary?.email ?? null, emailVerified: primary?.verified === true };
}

function gitlabIdentity(told: Told, url: string): ProvedIdentity {
  const person = gitlabPerson.parse(told["person"]);
  const identity = { provider: `gitlab:${url}`, subject: person.id, name: person.name ?? person.username, groups: null };
  return { ...identity, email: person.email ?? null, emailVerified: (person.confirmed_at ?? null) !== null };
}

const userOf = (identity: ProvedIdentity): User => ({ id: identity.subject, identity });

/** The ID token's claims; openid-client has checked its signature, issuer, audience, nonce and times. */
function claimsOf(tokens: object): Told {
  const claims: unknown = "claims" in tokens && typeof tokens.claims === "function" ? tokens.claims() : undefined;
  return z.record(z.string(), z.unknown()).parse(claims);
}
