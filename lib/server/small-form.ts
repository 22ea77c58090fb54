import { BerthError } from "#lib/core/errors.ts";

const atMostBytes = 16 * 1024;
const fieldsAtMost = 20;

/** A form's or a flat JSON object's text fields. Throws `payload_too_large` over 16 KiB before anything is parsed, `invalid_input`. */
export async function readSmallForm(request: Request): Promise<Record<string, string>> {
  const text = await readText(request);
  const type = request.headers.get("content-type") ?? "";
  const entries = type.startsWith("application/json") ? Object.entries(parseObject(text)) : [...new URLSearchParams(text)];
  if (entries.length > fieldsAtMost) throw new BerthError("invalid_input");
  const fields: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (typeof value !== "string" || Object.hasOwn(fields, name) || name === "__proto__") throw new BerthError("invalid_input");
    fields[name] = value;
  }
  return fields;
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > atMostBytes) throw new BerthError("payload_too_large");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > atMostBytes) throw new BerthError("payload_too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Answered below.
  }
  throw new BerthError("invalid_input");
}
