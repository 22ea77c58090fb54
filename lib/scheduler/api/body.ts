import { type IncomingMessage } from "node:http";

import { MarathonFailure } from "../failures.ts";

/** Bytes. An app may carry a large environment; nothing sensible is larger than this. */
const longestBody = 4 * 1_048_576;
/** Levels of objects and arrays; a tree of groups has two for each of its own. */
const deepest = 200;

/** The request's JSON. Throws Marathon's 400s for an empty or broken body. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > longestBody) throw new MarathonFailure("badRequest", "The body is too large");
    chunks.push(bytes);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.trim() === "") {
    throw new MarathonFailure("invalidJson", "Please specify data in JSON format", { details: "No content to map due to end-of-input" });
  }
  if (nestsTooDeep(text))
    throw new MarathonFailure("invalidJson", "Invalid JSON", { details: `It is nested deeper than ${deepest} levels` });
  const value = parse(text);
  // Neither NUL characters nor halves of surrogate pairs can be stored, and nothing needs them.
  if (/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)))
    throw new MarathonFailure("illegal", "NUL characters and broken Unicode are not allowed");
  return value;
}

/** Whoever walks through a value calls itself for each level. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw new MarathonFailure("invalidJson", "Invalid JSON", { details: error instanceof Error ? error.message : String(error) });
  }
}
