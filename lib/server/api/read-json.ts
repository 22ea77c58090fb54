import { BerthError } from "#lib/core/errors.ts";

import { readBytes } from "./read-bytes.ts";

const bodyMaxBytes = 1024 * 1024;

/** The JSON a request carries. Throws `invalid_input`, `payload_too_large`, or `request_too_slow` when it is not all here after `withinMs`. */
export async function readJson(request: Request, withinMs: number): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type))
    throw new BerthError("invalid_input", { detail: "Send JSON with content-type application/json." });
  const bytes = request.body === null ? Buffer.alloc(0) : await readBytes(request.body, { withinMs, maxBytes: bodyMaxBytes });
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new BerthError("invalid_input", { detail: "That is not JSON." });
  }
}
