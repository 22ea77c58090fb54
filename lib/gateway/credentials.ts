import { cookieValues } from "./cookies.ts";

/** Something a request shows to be let in. */
export interface Credential {
  readonly kind: "pass" | "token";
  readonly raw: string;
  /** A browser adds it by itself, whoever caused the request: it counts only where the request was the person's own wish. */
  readonly ambient: boolean;
}

export const tokenHeader = "x-berth-token";
const none: readonly Credential[] = [];
const ownToken = /^berth_[A-Za-z0-9_.~+/=-]{14,194}$/;
/** A token under Berth's own header may have been chosen by the operator and look like anything. */
const anyToken = /^[A-Za-z0-9_.~+/=-]{20,200}$/;

/**
 * What Node's flat list of headers holds for the gateway: an API token (`X-Berth-Token`, `Authorization: Bearer berth_…` or Basic with
 * it as the password), else the passes of the cookie. A token that is shown decides alone. The query string is never looked at.
 */
export function credentialsOf(rawHeaders: readonly string[], passCookie: string): readonly Credential[] {
  let own: string | null = null;
  let authorization: Credential | null = null;
  let passes: readonly Credential[] = none;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length !== 6 && name.length !== 13) continue;
    const value = rawHeaders[at + 1] ?? "";
    const lower = name.toLowerCase();
    if (lower === "cookie") passes = [...passes, ...passesIn(value, passCookie)];
    else if (lower === "authorization") authorization ??= tokenIn(value);
    // Two of them are one too many: nobody says which is meant.
    else if (lower === tokenHeader) own = own === null ? value : "";
  }
  if (own !== null) return anyToken.test(own) ? [{ kind: "token", raw: own, ambient: false }] : none;
  return authorization === null ? passes.slice(0, 4) : [authorization];
}

function passesIn(header: string, name: string): Credential[] {
  return cookieValues(header, name).map((raw) => ({ kind: "pass", raw, ambient: true }));
}

function tokenIn(header: string): Credential | null {
  const space = header.indexOf(" ");
  const scheme = header.slice(0, Math.max(0, space)).toLowerCase();
  const rest = header.slice(space + 1).trim();
  if (scheme === "bearer") return ownToken.test(rest) ? { kind: "token", raw: rest, ambient: false } : null;
  if (scheme !== "basic" || rest.length > 600) return null;
  const pair = Buffer.from(rest, "base64").toString("latin1");
  const colon = pair.indexOf(":");
  const password = colon < 0 ? "" : pair.slice(colon + 1);
  // A browser that was given a password once sends it everywhere on that host.
  return ownToken.test(password) ? { kind: "token", raw: password, ambient: true } : null;
}
