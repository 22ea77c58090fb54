import { randomBytes, randomUUID } from "node:crypto";
import { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";

import type { Log } from "#lib/platform/log.ts";

export interface FrontOptions {
  /** The dashboard's own origin: nothing is ever derived from what a request says of itself. */
  readonly origin: string;
  readonly log: Log;
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
/** Doors that carry their own credentials on every request: the name they are called by does not matter to them. */
const tokenDoors = /^\/(?:api|git)\//;

/** What stands before Next: framing, Host, Origin, headers in both directions, and Git. */
export function createFront(options: FrontOptions): RequestListener {
  const own = new URL(options.origin);
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      options.log.error({ err: error, url: request.url }, "A request ended by a mistake of Berth's.");
      if (!response.headersSent) refuse(response, 500, "Berth made a mistake.");
      else response.destroy();
    });
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "";
    if (!url.startsWith("/") || url.startsWith("//")) return refuse(response, 400, "Use a path.");
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
    // Static files are no documents: they carry nothing that a policy could guard, and there are many of them.
    if (!url.startsWith("/_next/static/")) protect(request, response, own);
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
