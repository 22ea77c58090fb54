/** The gateway's own two cookies on an environment's host; no other host ever sees them, and the app behind never does. */
export interface GatewayCookies {
  /** Holds the right to see this one environment. */
  readonly pass: string;
  /** Ties a hand-off to the browser that asked for it. */
  readonly state: string;
  readonly attributes: string;
}

/**
 * `__Host-` keeps siblings and parents from planting them. Browsers take such names by https and on localhost only; elsewhere
 * on plain http the names go without, so that it works there at all.
 */
export function gatewayCookies(scheme: "http" | "https", baseHost: string): GatewayCookies {
  const trusted = scheme === "https" || baseHost === "localhost" || baseHost.endsWith(".localhost");
  const plain = { pass: "berth-pass", state: "berth-state", attributes: "Path=/; HttpOnly; SameSite=Lax" };
  if (!trusted) return plain;
  return { pass: `__Host-${plain.pass}`, state: `__Host-${plain.state}`, attributes: `${plain.attributes}; Secure` };
}

export function setCookie(cookies: GatewayCookies, name: "pass" | "state", value: string, seconds: number): string {
  return `${cookies[name]}=${value}; ${cookies.attributes}; Max-Age=${Math.max(0, Math.floor(seconds))}`;
}

const mostValues = 4;
/** What `newRandomId` makes. */
const randomId = /^[A-Za-z0-9_-]{43}$/;

/** The well-formed values a Cookie header gives for `name`. More than one means that somebody planted one; a few are looked at. */
export function cookieValues(header: string, name: string): string[] {
  if (!header.includes(`${name}=`)) return [];
  const values: string[] = [];
  for (const part of header.split(";")) {
    const pair = part.trim();
    if (!pair.startsWith(name) || pair[name.length] !== "=") continue;
    const value = pair.slice(name.length + 1);
    if (randomId.test(value) && values.length < mostValues) values.push(value);
  }
  return values;
}
