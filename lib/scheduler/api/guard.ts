import { createHash, timingSafeEqual } from "node:crypto";
import { type IncomingMessage } from "node:http";

import { type Settings } from "../options.ts";
import { type Answer } from "./request.ts";

/** Refuses what must not come further: a foreign `Host`, a foreign page, no credentials, a body that is no JSON. Null = come in. */
export type Guard = (request: IncomingMessage) => Answer | null;

const loopbackNames = new Set(["localhost", "127.0.0.1", "::1"]);

export function createGuard(settings: Pick<Settings, "credentials" | "allowedHosts" | "listen">): Guard {
  const hosts = new Set([...loopbackNames, settings.listen.host.toLowerCase(), ...settings.allowedHosts.map((host) => host.toLowerCase())]);
  const expected = digest(`${settings.credentials.username}:${settings.credentials.password}`);
  return (request) => {
    const { headers } = request;
    if (!hosts.has(hostName(headers.host ?? "")))
      return { status: 421, json: { message: "This scheduler does not answer to that host name." } };
    const { origin } = headers;
    if (origin !== undefined && origin !== `http://${headers.host ?? ""}`)
      return { status: 403, json: { message: "Not Authorized to perform this action!" } };
    if (!hasCredentials(headers.authorization, expected)) {
      return {
        status: 401,
        json: { message: "Invalid username or password." },
        headers: { "WWW-Authenticate": 'Basic realm="Berth", charset="UTF-8"' },
      };
    }
    if (hasBody(request) && !isJson(headers["content-type"])) {
      return { status: 415, json: { message: "Unsupported Media Type: send application/json" } };
    }
    return null;
  };
}

/** The name in a `Host` header, without port and brackets. */
function hostName(header: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(header);
  return (bracketed?.[1] ?? header.replace(/:\d+$/, "")).toLowerCase();
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function hasCredentials(header: string | undefined, expected: Buffer): boolean {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(header ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(Buffer.from(encoded, "base64").toString("utf8")), expected);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function hasBody(request: IncomingMessage): boolean {
  if (request.method === "GET" || request.method === "HEAD") return false;
  return request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
}

function isJson(header: string | undefined): boolean {
  return /^application\/(json|[a-z0-9.+-]+\+json)\s*(;|$)/i.test(header ?? "");
}
