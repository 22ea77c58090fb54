import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";

import { gitEnvironment, type OuterEnvironment } from "./environment.ts";
import { cleanText } from "./failure.ts";

interface CgiTarget {
  /** Absolute. */
  readonly gitDir: string;
  readonly pathInfo: string;
  readonly query: string;
  readonly remoteUser: string;
}

/** Below this git's own clients say how long a push is; above it they send it in pieces of unknown number. */
const largeBytes = 1024 * 1024;

/**
 * A large push is kept as the pack it came in: taking it apart would compress every file anew, which costs more than all the rest of the push.
 * Small ones are taken apart, so that no heap of tiny packs slows every look into the repository.
 */
function isLarge(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return length === undefined || Number(length) > largeBytes;
}

/** The environment of `git http-backend`: variables of CGI, and settings that win over the repository's own configuration. */
export function cgiEnvironment(outer: OuterEnvironment, request: IncomingMessage, target: CgiTarget): Record<string, string> {
  const settings = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "gc.auto": "0",
    "safe.directory": target.gitDir,
    ...(isLarge(request) ? { "receive.unpackLimit": "1" } : {}),
  };
  const numbered = Object.entries(settings).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const protocol = request.headers["git-protocol"];
  return {
    ...gitEnvironment(outer, { home: "/nonexistent", globalConfig: "/dev/null", ceiling: dirname(target.gitDir) }),
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
    GIT_ALLOW_PROTOCOL: "",
    GIT_HTTP_EXPORT_ALL: "1",
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_PROTOCOL: "HTTP/1.1",
    REQUEST_METHOD: request.method === "POST" ? "POST" : "GET",
    PATH_INFO: target.pathInfo,
    // No length and no encoding: the body arrives unpacked and ends where it ends.
    PATH_TRANSLATED: `${target.gitDir}${target.pathInfo}`,
    QUERY_STRING: target.query,
    CONTENT_TYPE: (request.headers["content-type"] ?? "").replace(/[^\x20-\x7e]/g, "").slice(0, 128),
    REMOTE_USER: cleanText(target.remoteUser).replace(/[<>]/g, "").slice(0, 200),
    REMOTE_ADDR: "berth",
    ...(typeof protocol === "string" && /^version=[012]$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {}),
  };
}
