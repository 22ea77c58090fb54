import "server-only";
import { cookies, headers } from "next/headers";
import { cache } from "react";

import { actorOfSession, actorOfToken } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";
import type { SignedIn, Visitor } from "#lib/domain/access/sign-in.ts";
import { newRandomId } from "#lib/platform/crypto/tokens.ts";

import { services } from "./services.ts";
import {
  knownBrowserCookie,
  knownBrowserCookieName,
  readKnownBrowserCookie,
  readSessionCookie,
  sessionCookie,
  sessionCookieName,
} from "./session-cookie.ts";

/** Where a request came from, as the HTTP front saw it. */
export async function requestSource(): Promise<{ ip: string | null; requestId: string | null; userAgent: string | null }> {
  const list = await headers();
  return { ip: list.get("x-berth-address"), requestId: list.get("x-request-id"), userAgent: list.get("user-agent") };
}

/** The session id this browser holds, signed by us; whether the session still lives is for the database to say. */
export async function heldSession(): Promise<string | null> {
  return readSessionCookie(await cookieValue(sessionCookieName));
}

/** Where a sign-in comes from: the request's source, the session it replaces, and who signed in here before. */
export async function requestVisitor(): Promise<Visitor> {
  const [source, sessionId, known] = await Promise.all([
    requestSource(),
    heldSession(),
    cookieValue(knownBrowserCookieName).then(readKnownBrowserCookie),
  ]);
  return { ...source, sessionId, known };
}

/** Gives this browser a session's cookies; the session is new, so is the cookie. */
export async function keepSession({ sessionId, personId }: SignedIn): Promise<void> {
  const jar = await cookies();
  jar.set(await sessionCookie(sessionId));
  jar.set(await rememberBrowser(personId));
}

/** The cookie that remembers that this person has signed in here, under the number the browser has already. */
export async function rememberBrowser(personId: string): Promise<Awaited<ReturnType<typeof knownBrowserCookie>>> {
  const known = await readKnownBrowserCookie(await cookieValue(knownBrowserCookieName));
  const browser = known?.personId === personId ? known.browser : newRandomId();
  return knownBrowserCookie({ browser, personId });
}

/** Who is signed in in the browser, read from the database once per request; null when nobody is. */
export const currentActor: () => Promise<Actor | null> = cache(async () => {
  const sessionId = await heldSession();
  return sessionId === null ? null : actorOfSession(services().database, sessionId, await requestSource());
});

/** Who sends an API request: the owner of its bearer token. Cookies count for nothing here. */
export async function tokenActor(request: Request): Promise<Actor | null> {
  const match = /^Bearer ([A-Za-z0-9_.~+/=-]{1,300})$/.exec(request.headers.get("authorization") ?? "");
  return match?.[1] === undefined ? null : actorOfToken(services().database, match[1], await requestSource());
}

/** A cookie's value. The HTTP front has dropped our cookies that came twice: two of a name mean that somebody planted one. */
async function cookieValue(name: string): Promise<string | undefined> {
  return (await cookies()).get(name)?.value;
}
