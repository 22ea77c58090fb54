import "server-only";
import { cookies, headers } from "next/headers";
import { cache } from "react";

import { actorOfSession, actorOfToken } from "#lib/domain/access/authenticate.ts";
import type { Actor } from "#lib/domain/access/policy.ts";

import { services } from "./services.ts";
import { readSessionCookie, sessionCookieName } from "./session-cookie.ts";

/** Where a request came from, as the HTTP front saw it. */
export async function requestSource(): Promise<{ ip: string | null; requestId: string | null; userAgent: string | null }> {
  const list = await headers();
  return { ip: list.get("x-berth-address"), requestId: list.get("x-request-id"), userAgent: list.get("user-agent") };
}

/** Who is signed in in the browser, read from the database once per request; null when nobody is. */
export const currentActor: () => Promise<Actor | null> = cache(async () => {
  const jar = await cookies();
  const values = jar.getAll(sessionCookieName);
  // Two session cookies mean that somebody planted one.
  if (values.length !== 1) return null;
  const sessionId = await readSessionCookie(values[0]?.value);
  return sessionId === null ? null : actorOfSession(services().database, sessionId, await requestSource());
});

/** Who sends an API request: the owner of its bearer token. Cookies count for nothing here. */
export async function tokenActor(request: Request): Promise<Actor | null> {
  const match = /^Bearer ([A-Za-z0-9_.~+/=-]{1,300})$/.exec(request.headers.get("authorization") ?? "");
  return match?.[1] === undefined ? null : actorOfToken(services().database, match[1], await requestSource());
}
