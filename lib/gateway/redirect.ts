import type { IncomingMessage, ServerResponse } from "node:http";

const longestPath = 700;

/** A path of this host to lead to; whatever could lead elsewhere, or back to the gateway's own, becomes the first page. */
export function ownPath(wanted: string | null | undefined): string {
  if (wanted === null || wanted === undefined || wanted.length > longestPath) return "/";
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted) && !wanted.startsWith("/.berth/") ? wanted : "/";
}

/** Whether a person's browser opens this as a page of its own. */
export function isNavigation(request: IncomingMessage): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const { headers } = request;
  const mode = headers["sec-fetch-mode"];
  const destination = headers["sec-fetch-dest"];
  if ((mode !== undefined && mode !== "navigate") || (destination !== undefined && destination !== "document")) return false;
  return (headers.accept ?? "").toLowerCase().includes("text/html");
}

export function redirect(response: ServerResponse, status: 302 | 303, location: string, cookie?: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.sendDate = true;
  response.writeHead(status, {
    Location: location,
    "Content-Length": 0,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    ...(cookie === undefined ? {} : { "Set-Cookie": cookie }),
  });
  response.end();
}
