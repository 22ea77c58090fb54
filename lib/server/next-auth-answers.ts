import type { ErrorCode } from "#lib/core/errors.ts";

import { ownPath } from "./own-path.ts";
import { services } from "./services.ts";

/** To a page of ours, with the cookies that next-auth sets. */
export function leadTo(path: string, cookiesFrom?: Headers): Response {
  const headers = cookiesOf(cookiesFrom);
  headers.set("location", `${services().settings.dashboardOrigin}${ownPath(path)}`);
  return new Response(null, { status: 303, headers });
}

/** Only the cookies of an answer. */
export function cookiesOf(answer?: Headers): Headers {
  const headers = new Headers();
  for (const cookie of answer?.getSetCookie() ?? []) headers.append("set-cookie", cookie);
  return headers;
}

/**
 * Adds a cookie of ours to an answer of next-auth's. Not through Next's own jar: where both set cookies, Next writes the others
 * anew and loses `Max-Age=0`, so that nothing could be cleared.
 */
export function addCookie(answer: Response, cookie: { name: string; value: string; maxAge: number }): void {
  answer.headers.append("set-cookie", `${cookie.name}=${cookie.value}; Path=/; Max-Age=${cookie.maxAge}; HttpOnly; Secure; SameSite=Lax`);
}

/** Back to the sign-in page, which says in its own words what went wrong. */
export function leadToSignIn(wanted: string, error?: ErrorCode): Response {
  const query = new URLSearchParams({ ...(error === undefined ? {} : { error }), ...(wanted === "/" ? {} : { next: wanted }) });
  return leadTo(query.size === 0 ? "/sign-in" : `/sign-in?${query}`);
}

/**
 * On to a provider, by a page that goes on at once. A redirect would not do: the policy lets our forms lead to ourselves only,
 * and browsers count redirects after a form among that.
 */
export function onwardPage(location: string, cookiesFrom: Headers): Response {
  const url = new URL(location);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new TypeError("A provider's address is not on the web");
  const headers = cookiesOf(cookiesFrom);
  headers.set("content-type", "text/html; charset=utf-8");
  headers.set("refresh", `0; url=${url.href}`);
  const href = url.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const page = `<!doctype html><html lang="en"><title>Sign in</title><p><a href="${href}">Go on to ${url.host.replaceAll("&", "&amp;")}</a></p></html>`;
  return new Response(page, { status: 200, headers });
}
