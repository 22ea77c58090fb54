import { BerthError } from "#lib/core/errors.ts";

export interface CgiHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The first bytes of the body, read together with the head. */
  readonly rest: Buffer;
}

const maxHeadBytes = 16 * 1024;
/** What `git http-backend` says and a client needs; nothing else passes. */
const passed = new Set(["content-type", "cache-control", "expires", "pragma"]);

/** Collects a CGI program's answer until its head is complete. */
export function createCgiHeadParser(): { push(chunk: Buffer): CgiHead | null } {
  let collected = Buffer.alloc(0);
  return {
    push(chunk) {
      collected = Buffer.concat([collected, chunk]);
      const end = findEnd(collected);
      if (end === null && collected.length <= maxHeadBytes) return null;
      if (end === null || end.head > maxHeadBytes)
        throw new BerthError("git_failed", { detail: "Git answered with a head that is too long." });
      return { ...parseHead(collected.subarray(0, end.head).toString("latin1")), rest: collected.subarray(end.body) };
    },
  };
}

function findEnd(bytes: Buffer): { head: number; body: number } | null {
  const long = bytes.indexOf("\r\n\r\n");
  const short = bytes.indexOf("\n\n");
  if (long === -1 && short === -1) return null;
  return long !== -1 && (short === -1 || long < short) ? { head: long, body: long + 4 } : { head: short, body: short + 2 };
}

function parseHead(text: string): Pick<CgiHead, "status" | "headers"> {
  let status = 200;
  const headers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^([A-Za-z-]{1,64}): *([\x20-\x7e]{0,1024})$/.exec(line);
    if (match === null) throw new BerthError("git_failed", { detail: "Git answered with a head that cannot be read." });
    const name = (match[1] ?? "").toLowerCase();
    const value = match[2] ?? "";
    if (name === "status") status = parseStatus(value);
    else if (passed.has(name)) headers.set(name, value);
  }
  return { status, headers };
}

function parseStatus(value: string): number {
  const status = Number(/^([2-5]\d\d)\b/.exec(value)?.[1] ?? 500);
  return status >= 300 && status < 400 ? 500 : status;
}
