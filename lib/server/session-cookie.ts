import { decode, encode } from "next-auth/jwt";

import { services } from "./services.ts";

/** `__Host-`: this host only, whole site, https or localhost; no sibling, parent or preview can set or read it. */
export const sessionCookieName = "__Host-berth-session";
const maxAgeSeconds = 7 * 24 * 60 * 60;

/** The cookie of a session. The token holds the session's id and nothing else: rights are read from the database. */
export async function sessionCookie(sessionId: string) {
  const value = await encode({ token: { sid: sessionId }, secret: services().authSecret, maxAge: maxAgeSeconds });
  return { name: sessionCookieName, value, httpOnly: true, secure: true, sameSite: "lax", path: "/", maxAge: maxAgeSeconds } as const;
}

/** The session id in a cookie's value, or null when the value is not ours. */
export async function readSessionCookie(value: string | undefined): Promise<string | null> {
  if (value === undefined || value.length > 4096) return null;
  const token = await decode({ token: value, secret: services().authSecret }).catch(() => null);
  const sid = token?.["sid"];
  return typeof sid === "string" ? sid : null;
}
