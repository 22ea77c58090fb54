import type { AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";

import { BerthError, isBerthError } from "#lib/core/errors.ts";
import { signIn, type SignedIn, type Visitor } from "#lib/domain/access/sign-in.ts";
import type { ProvedIdentity } from "#lib/domain/identities/schema.ts";
import { signInByIdentity } from "#lib/domain/identities/sign-in.ts";
import { outerEnvironment, readConfig } from "#lib/platform/config.ts";
import type { SignInSettings } from "#lib/platform/sign-in-settings.ts";

import { requestVisitor } from "./current-actor.ts";
import { authProvider } from "./next-auth-providers.ts";
import { ownPath } from "./own-path.ts";
import { services } from "./services.ts";
import { cookieAttributes, sessionCookieName, sessionMaxAgeSeconds } from "./session-cookie.ts";

declare module "next-auth" {
  interface User {
    /** What a provider has proved; set between its answer and the domain's. */
    identity?: ProvedIdentity;
  }
}

let settings: SignInSettings | undefined;

/** How people may sign in at this installation. */
export function signInSettings(): SignInSettings {
  return (settings ??= readConfig(outerEnvironment()).signIn);
}

/** Checks a password for this request's browser, as the settings allow: the one way for the form and for next-auth. */
export async function signInWithPassword(raw: unknown): Promise<SignedIn> {
  return signIn(services().database, raw, await requestVisitor(), signInSettings().password ? "everybody" : "admins");
}

/** What came of one request: next-auth keeps only a text of what its callbacks throw. */
export interface Outcome {
  signedIn?: SignedIn;
  refusal?: BerthError;
}

/** The names of next-auth's own cookies; all live as long as one sign-in takes. */
export const authCookies = {
  callbackUrl: "__Host-berth-return",
  csrfToken: "__Host-berth-csrf",
  pkceCodeVerifier: "__Host-berth-pkce",
  state: "__Host-berth-state",
  nonce: "__Host-berth-nonce",
} as const;
const oneSignInSeconds = 15 * 60;

/**
 * The one configuration of next-auth, for one request. The token it makes carries a session's id and nothing else; the
 * session begins in the domain, where rates, audit and rules are, and is asked for in the database on every request.
 */
export function authOptions(visitor: Visitor, outcome: Outcome): AuthOptions {
  const { providers } = signInSettings();
  return {
    secret: services().authSecret,
    session: { strategy: "jwt", maxAge: sessionMaxAgeSeconds },
    useSecureCookies: true,
    cookies: cookieOptions(),
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in", verifyRequest: "/sign-in" },
    providers: [credentials(outcome), ...providers.map(authProvider)],
    callbacks: {
      signIn: async ({ user }) => (user.identity === undefined ? outcome.signedIn !== undefined : enter(user.identity, visitor, outcome)),
      jwt: ({ token }) => ({ sid: outcome.signedIn?.sessionId ?? token["sid"] }),
      redirect: ({ url, baseUrl }) => `${baseUrl}${pathWithin(baseUrl, url)}`,
    },
    // Its words may hold what a provider or a visitor said: the code and the kind are enough, and no token is among them.
    logger: {
      error: (code, about) => services().log.warn({ code, reason: reasonOf(about) }, "A sign-in did not work."),
      warn: (code) => services().log.debug({ code }, "next-auth warns."),
      debug: () => undefined,
    },
  };
}

/** A path of ours out of what somebody wants to go back to, however it is written. */
export function pathWithin(origin: string, wanted: unknown): string {
  if (typeof wanted !== "string") return "/";
  return ownPath(wanted === origin || wanted.startsWith(`${origin}/`) ? wanted.slice(origin.length) : wanted);
}

function credentials(outcome: Outcome) {
  return Credentials({
    id: "credentials",
    name: "E-mail and password",
    credentials: { email: { label: "E-mail" }, password: { label: "Password", type: "password" } },
    async authorize(given) {
      return keeping(outcome, async () => {
        outcome.signedIn = await signInWithPassword({ email: given?.email, password: given?.password });
        return { id: outcome.signedIn.personId };
      });
    },
  });
}

async function enter(identity: ProvedIdentity, visitor: Visitor, outcome: Outcome): Promise<boolean> {
  return keeping(outcome, async () => {
    const { signUpDomains, password } = signInSettings();
    const rules = { signUpDomains, passwordUsers: password ? "everybody" : "admins" } as const;
    outcome.signedIn = await signInByIdentity(services().database, identity, visitor, rules);
    return true;
  });
}

async function keeping<T>(outcome: Outcome, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    outcome.refusal = isBerthError(error) ? error : new BerthError("internal", { cause: error });
    if (!isBerthError(error)) services().log.error({ err: error }, "A sign-in ended by a mistake of Berth's.");
    throw outcome.refusal;
  }
}

function cookieOptions(): NonNullable<AuthOptions["cookies"]> {
  const short = { ...cookieAttributes, maxAge: oneSignInSeconds };
  return {
    sessionToken: { name: sessionCookieName, options: cookieAttributes },
    callbackUrl: { name: authCookies.callbackUrl, options: short },
    csrfToken: { name: authCookies.csrfToken, options: cookieAttributes },
    pkceCodeVerifier: { name: authCookies.pkceCodeVerifier, options: short },
    state: { name: authCookies.state, options: short },
    nonce: { name: authCookies.nonce, options: short },
  };
}

function reasonOf(about: unknown): string {
  const error = about instanceof Error ? about : typeof about === "object" && about !== null && "error" in about ? about.error : undefined;
  return error instanceof Error ? `${error.name}: ${error.message}`.replaceAll(/\p{C}+/gu, " ").slice(0, 300) : "";
}
