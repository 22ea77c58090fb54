import { randomBytes, randomUUID } from "node:crypto";
import { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";

import type { Log } from "#lib/platform/log.ts";

export interface FrontOptions {
  /** The dashboard's own origin: nothing is ever derived from what a request says of itself. */
  readonly origin: string;
  readonly log: Log;
  /** Milliseconds for a request's body to arrive; not asked of Git. Default: a minute. */
  readonly bodyMs?: number;
  readonly serveGit: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly servePages: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** Headers that only Next or a trusted proxy may set; from outside they are attacks or mistakes. */
const internalHeaders =
  /^(x-middleware-|x-nextjs-|x-forwarded-|x-berth-|x-invoke-|x-matched-path$|x-now-|forwarded$|x-real-ip$|x-original-url$|x-rewrite-url$|x-nonce$|x-request-id$|content-security-policy$)/;
/**
 * After an action that redirects, Next asks this server for the next page itself, under the address it listens on and with
 * the headers of the request at hand. By a secret among those headers such a request is known; from outside it cannot come.
 */
const innerHeader = "x-berth-inner";
const innerSecret = randomBytes(24).toString("base64url");
const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
const knownMethods = new Set([...safeMethods, "POST", "PUT", "PATCH", "DELETE"]);
/** Doors that carry their own credentials on every request, and the one for load balancers: the name they are called by does not matter to them. */
const tokenDoors = /^\/(?:api\/v1\/|api\/health(?:[?]|$)|git\/|webhooks\/)/;
/** Doors that are open to strangers: what they may send is no more than a form. */
const strangersDoors = /^\/(?:sign-in|setup|invite|api\/auth)(?:[/?]|$)/;
const strangersBodyBytes = 64 * 1024;
const defaultBodyMs = 60_000;

/** What stands before Next: framing, Host, Origin, headers in both directions, and Git. */
export function createFront(options: FrontOptions): RequestListener {
  const own = new URL(options.origin);
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      options.log.error({ err: error, path: loggedPath(request.url ?? "") }, "A request ended by a mistake of Berth's.");
      if (!response.headersSent) refuse(response, 500, "Berth made a mistake.");
      else response.destroy();
    });
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "";
    // A push may take as long as it moves.
    if (!url.startsWith("/git/")) boundBody(request, options.bodyMs ?? defaultBodyMs);
    if (!url.startsWith("/") || url.startsWith("//")) return refuse(response, 400, "Use a path.");
    if (hasDots(url)) return refuse(response, 400, "Use a path without . and .. in it.");
    if (!knownMethods.has(request.method ?? "")) return refuse(response, 405, "That method is not known here.");
    if (hostsOf(request).length > 1 || request.headers.host === undefined) return refuse(response, 400, "Send exactly one Host.");
    const inner = isInner(request);
    if (!inner) for (const name of Object.keys(request.headers)) if (internalHeaders.test(name)) delete request.headers[name];
    request.headers["x-request-id"] ??= randomUUID();
    request.headers["x-berth-address"] ??= request.socket.remoteAddress ?? "";
    request.headers[innerHeader] = innerSecret;
    if (tokenDoors.test(url)) {
      if (await options.serveGit(request, response)) return;
    } else if (request.headers.host !== own.host && !inner) {
      // Another name for the same machine: pages live at one address, where their cookie is.
      if (safeMethods.has(request.method ?? "")) return redirect(response, `${options.origin}${url}`);
      return refuse(response, 421, "That is not this dashboard's address.");
    }
    if (!isOwnWrite(request, url)) return refuse(response, 403, "That request came from another site.");
    if (strangersDoors.test(url) && !isSmall(request)) return refuse(response, 413, "That is more than a form.");
    dropPlantedCookies(request);
    // Static files are no documents: they carry nothing that a policy could guard, and there are many of them.
    if (!url.startsWith("/_next/static/")) protect(request, response, own);
    // What people uploaded is shown as a picture and is never a page, whatever is in it.
    if (url.startsWith("/evidence/")) response.setHeader("Content-Security-Policy", "default-src 'none'; sandbox");
    await options.servePages(request, response);
  }

  /** A browser's write comes from our own pages, or it is somebody else's idea. Requests with a token carry no ambient rights. */
  function isOwnWrite(request: IncomingMessage, url: string): boolean {
    if (safeMethods.has(request.method ?? "")) return true;
    if (tokenDoors.test(url)) {
      delete request.headers.cookie;
      return true;
    }
    const { origin } = request.headers;
    const site = request.headers["sec-fetch-site"];
    return origin === options.origin && (site === undefined || site === "same-origin");
  }
}

/** Dots that some part behind this one might walk up by: then it would not be the path that was looked at here. */
function hasDots(url: string): boolean {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  return path.split(/\/|%2f|\\|%5c/i).some((part) => /^(?:\.|%2e){1,2}$/i.test(part));
}

function isSmall(request: IncomingMessage): boolean {
  if (safeMethods.has(request.method ?? "")) return true;
  const length = request.headers["content-length"];
  return request.headers["transfer-encoding"] === undefined && (length === undefined || Number(length) <= strangersBodyBytes);
}

/** A body that trickles in holds a connection, and what waits for it, for no longer than this. */
function boundBody(request: IncomingMessage, ms: number): void {
  if (request.headers["transfer-encoding"] === undefined && request.headers["content-length"] === undefined) return;
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, ms);
  request.once("close", () => clearTimeout(timer));
}

/** One of our cookies that comes twice was planted by somebody: neither counts. Nor does one in pieces, which we never make. */
function dropPlantedCookies(request: IncomingMessage): void {
  const { cookie } = request.headers;
  if (cookie === undefined) return;
  const pairs = cookie.split(";").map((pair) => ({ pair: pair.trim(), name: pair.split("=", 1)[0]?.trim() ?? "" }));
  const count = (name: string) => pairs.filter((other) => other.name === name).length;
  const isPlanted = (name: string) => name.startsWith("__Host-berth-") && (name.includes(".") || count(name) > 1);
  const kept = pairs.filter(({ name }) => !isPlanted(name));
  if (kept.length < pairs.length) request.headers.cookie = kept.map(({ pair }) => pair).join("; ");
}

/** Queries, invitations and addresses of archives carry codes that nobody may find in a log. */
function loggedPath(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  if (path.startsWith("/fetch/")) return "/fetch/…";
  return path.startsWith("/invite/") ? "/invite/…" : path.slice(0, 300);
}

function isInner(request: IncomingMessage): boolean {
  return request.headers[innerHeader] === innerSecret && request.method === "GET";
}

function protect(request: IncomingMessage, response: ServerResponse, own: URL): void {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // React sets style properties through the DOM, which the policy does not count; Radix measures with style attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  // Next reads the nonce for its own scripts from the request's policy.
  request.headers["content-security-policy"] = policy;
  request.headers["x-nonce"] = nonce;
  response.setHeader("Content-Security-Policy", policy);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()");
  if (own.protocol === "https:") response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

function hostsOf(request: IncomingMessage): string[] {
  return request.rawHeaders.filter((_value, position) => position % 2 === 1 && request.rawHeaders[position - 1]?.toLowerCase() === "host");
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, "cache-control": "no-store" }).end();
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", connection: "close" })
    .end(`${text}\n`);
}
