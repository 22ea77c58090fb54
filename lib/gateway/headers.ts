/**
 * The one place that decides which headers cross the gateway, in both directions. Apps are hostile web sites
 * and clients are hostile too: what belongs to Berth or to one connection never crosses, everything else does untouched.
 */
export interface HeaderRules {
  /** A cookie of the platform somewhere in a Cookie header. */
  readonly platformCookie: RegExp;
  /** A single cookie (`name=value…`) of the platform. */
  readonly platformCookieName: RegExp;
}

/** What the gateway knows about the client and tells the app. */
export interface Origin {
  readonly address: string;
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly requestId: string;
}

export type BodyFraming = "none" | "length" | "chunked";

export interface ForwardedHead {
  /** Request line and headers, ending with the empty line. */
  readonly text: string;
  readonly body: BodyFraming;
}

interface IncomingHead {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
}

export interface ForwardOptions {
  /** The protocol the client wants to switch to. */
  readonly upgrade?: string;
  /** Whether the client waits for `100 Continue` before it sends its body. */
  readonly expectContinue?: boolean;
}

type Fate = "pass" | "drop" | "cookie" | "authorization" | "connection" | "length" | "coding" | "set-cookie" | "clear";

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** Only the gateway may say these to an app, or nobody. */
const forgeable =
  /^(?:x-forwarded-.*|forwarded|x-real-ip|x-request-id|x-berth-.*|x-webauth-.*|x-middleware-.*|x-original-.*|x-rewrite-.*|.*_.*)$/;
/** Frames the message or names its receiver: a Connection header cannot take these away. */
const indispensable = new Set(["host", "content-length"]);

/** Rules for the given prefixes of platform cookie names; letter case does not matter. */
export function createHeaderRules(platformCookiePrefixes: readonly string[]): HeaderRules {
  const names = platformCookiePrefixes.map((prefix) => prefix.replaceAll(/[^a-z0-9_-]/gi, String.raw`\$&`)).join("|") || "(?!)";
  // A nameless cookie (`=berth=1`) comes back from a browser as `berth=1`, so leading signs do not hide a name.
  return { platformCookie: new RegExp(`(?:^|;)[\\s="]*(?:${names})`, "i"), platformCookieName: new RegExp(`^[\\s="]*(?:${names})`, "i") };
}

/** The head to send to an app for a client's request. */
export function forwardedHead(rules: HeaderRules, head: IncomingHead, origin: Origin, options: ForwardOptions = {}): ForwardedHead {
  const { rawHeaders } = head;
  const named = namedByConnection(rawHeaders);
  let body: BodyFraming = "none";
  let text = `${head.method} ${head.url} HTTP/1.1\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    const fate = requestFate(name);
    if (fate === "coding") body = "chunked";
    if (fate === "drop" || fate === "connection" || fate === "coding") continue;
    if (fate === "length" && value !== "0") body = "length";
    if (fate === "authorization" && carriesBerthToken(value)) continue;
    const kept = fate === "cookie" ? withoutPlatformCookies(rules, value) : value;
    if (kept === null || (named !== null && named.has(name.toLowerCase()))) continue;
    text += `${name}: ${kept}\r\n`;
  }
  text += `X-Forwarded-For: ${origin.address}\r\nX-Forwarded-Proto: ${origin.scheme}\r\nX-Forwarded-Host: ${origin.host}\r\nX-Request-Id: ${origin.requestId}\r\n`;
  if (body === "chunked") text += "Transfer-Encoding: chunked\r\n";
  if (options.expectContinue === true) text += "Expect: 100-continue\r\n";
  if (options.upgrade !== undefined) text += `Connection: Upgrade\r\nUpgrade: ${options.upgrade}\r\n`;
  return { text: `${text}\r\n`, body };
}

/** The headers of an app's answer as the client gets them, as Node's flat list. */
export function returnedHeaders(rules: HeaderRules, rawHeaders: readonly string[]): string[] {
  const named = namedByConnection(rawHeaders);
  const headers: string[] = [];
  let resourcePolicy = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    const fate = answerFate(name);
    if (fate === "drop" || fate === "connection") continue;
    if (fate === "clear" && /\*|cookies/i.test(value)) continue;
    const kept = fate === "set-cookie" ? ownCookie(rules, value) : value;
    if (kept === null || (named !== null && named.has(name.toLowerCase()))) continue;
    if (name.length === 28 && name.toLowerCase() === "cross-origin-resource-policy") resourcePolicy = true;
    headers.push(name, kept);
  }
  headers.push("X-Robots-Tag", "noindex");
  if (!resourcePolicy) headers.push("Cross-Origin-Resource-Policy", "same-site");
  return headers;
}

/** Cookie without the platform's; null when nothing is left. */
function withoutPlatformCookies(rules: HeaderRules, value: string): string | null {
  if (!rules.platformCookie.test(value)) return value;
  const kept = value.split(";").filter((part) => part.trim() !== "" && !rules.platformCookieName.test(part));
  return kept.length === 0 ? null : kept.map((part) => part.trim()).join("; ");
}

/** Set-Cookie bound to the app's own host; null when it bears a name of the platform. */
function ownCookie(rules: HeaderRules, value: string): string | null {
  if (rules.platformCookieName.test(value)) return null;
  if (!/;\s*domain/i.test(value)) return value;
  return value
    .split(";")
    .filter((part, index) => index === 0 || !/^\s*domain\s*(?:=|$)/i.test(part))
    .join(";");
}

function carriesBerthToken(value: string): boolean {
  const space = value.search(/[ \t]/);
  const credentials = space < 0 ? value : value.slice(space).trim();
  if (credentials.toLowerCase().startsWith("berth_")) return true;
  if (space < 0 || value.slice(0, space).toLowerCase() !== "basic") return false;
  const pair = Buffer.from(credentials, "base64").toString("latin1");
  return pair.startsWith("berth_") || pair.slice(pair.indexOf(":") + 1).startsWith("berth_");
}

/** Names listed in Connection headers, lower case; null in the usual case of none but `close` and `keep-alive`. */
function namedByConnection(rawHeaders: readonly string[]): ReadonlySet<string> | null {
  let named: Set<string> | null = null;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length !== 10 || requestFate(name) !== "connection") continue;
    const value = (rawHeaders[at + 1] ?? "").toLowerCase();
    if (value === "keep-alive" || value === "close" || value === "upgrade") continue;
    named ??= new Set();
    for (const token of value.split(",")) if (!indispensable.has(token.trim())) named.add(token.trim());
  }
  return named;
}

const requestFate = remembered((name): Fate => {
  if (name === "cookie" || name === "authorization" || name === "connection") return name;
  if (name === "content-length") return "length";
  if (name === "transfer-encoding") return "coding";
  if (hopByHop.has(name) || name === "expect" || name === "http2-settings" || forgeable.test(name)) return "drop";
  return "pass";
});

const answerFate = remembered((name): Fate => {
  if (name === "set-cookie" || name === "connection") return name;
  if (name === "clear-site-data") return "clear";
  return hopByHop.has(name) ? "drop" : "pass";
});

/** Remembers the fate of the spellings seen, a bounded number of them: clients and apps use few. */
function remembered(fateOf: (lowerCaseName: string) => Fate): (name: string) => Fate {
  const seen = new Map<string, Fate>();
  return (name) => {
    const known = seen.get(name);
    if (known !== undefined) return known;
    const fate = fateOf(name.toLowerCase());
    if (seen.size < 1_000 && name.length <= 64) seen.set(name, fate);
    return fate;
  };
}
