import { decode, encode } from "next-auth/jwt";

import type { KnownBrowser } from "#lib/domain/access/sign-in.ts";

import { services } from "./services.ts";

/** `__Host-`: this host only, whole site, https or localhost; no sibling, parent or preview can set or read it. */
export const sessionCookieName = "__Host-berth-session";
export const sessionMaxAgeSeconds = 7 * 24 * 60 * 60;
/** What every cookie of the dashboard is: unreadable for scripts, sent to this host alone and not with foreign requests. */
export const cookieAttributes = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const;

/** Says that somebody has signed in here before; gives no right, only attempts of its own. */
export const knownBrowserCookieName = "__Host-berth-known";
const knownMaxAgeSeconds = 400 * 24 * 60 * 60;
const knownSalt = "known browser";

/** The cookie of a session. The token holds the session's id and nothing else: rights are read from the database. */
export async function sessionCookie(sessionId: string) {
  const value = await encode({ token: { sid: sessionId }, secret: services().authSecret, maxAge: sessionMaxAgeSeconds });
  return { ...cookieAttributes, name: sessionCookieName, value, maxAge: sessionMaxAgeSeconds };
}

/** The session id in a cookie's value, or null when the value is not ours. */
export async function readSessionCookie(value: string | undefined): Promise<string | null> {
  if (value === undefined || value.length > 4096) return null;
  const token = await decode({ token: value, secret: services().authSecret }).catch(() => null);
  const sid = token?.["sid"];
  return typeof sid === "string" ? sid : null;
}

/** The cookie by which a browser is known to belong to a person. Encrypted under a key of its own: it is no session. */
export async function knownBrowserCookie({ browser, personId }: KnownBrowser) {
  const token = { browser, person: personId };
  const value = await encode({ token, secret: services().authSecret, maxAge: knownMaxAgeSeconds, salt: knownSalt });
  return { ...cookieAttributes, name: knownBrowserCookieName, value, maxAge: knownMaxAgeSeconds };
}

/** Who has signed in in this browser before, or null. */
export async function readKnownBrowserCookie(value: string | undefined): Promise<KnownBrowser | null> {
  if (value === undefined || value.length > 4096) return null;
  const token = await decode({ token: value, secret: services().authSecret, salt: knownSalt }).catch(() => null);
  const { browser, person } = token ?? {};
  return typeof browser === "string" && typeof person === "string" ? { browser, personId: person } : null;
}
