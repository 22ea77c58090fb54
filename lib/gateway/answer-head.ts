/** How an answer's body ends. */
export type AnswerFraming = "none" | "length" | "chunked" | "close";

/** The status line and headers of an app's answer. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly framing: AnswerFraming;
  /** Bytes of the body when `framing` is `length`. */
  readonly length: number;
  /** Whether the connection can carry another request afterwards. */
  readonly keepAlive: boolean;
  /** Seconds the app says it keeps an idle connection. */
  readonly keepAliveSeconds: number | null;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: (.*))?$/;
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?:^|[^\r])\n/;
const maxHeaders = 1_000;

/**
 * Reads a head (`text` without its final empty line) as the answer to a request by `method`. Null when anything in it is
 * not plain HTTP/1.1: two lengths, a length beside a coding, an unknown coding, folded lines, stray control characters.
 */
export function parseAnswerHead(text: string, method: string): AnswerHead | null {
  if (forbidden.test(text)) return null;
  const firstEnd = lineEnd(text, 0);
  const line = statusLine.exec(text.slice(0, firstEnd));
  if (line === null) return null;
  const status = Number(line[2]);
  const fields = parseFields(text, firstEnd + 2);
  if (fields === null) return null;
  const modern = line[1] === "1";
  const framing = framingOf(fields, status, method, modern);
  if (framing === null) return null;
  return {
    status,
    reason: line[3] ?? "",
    rawHeaders: fields.rawHeaders,
    framing,
    length: framing === "length" ? (fields.length ?? 0) : 0,
    keepAlive: framing !== "close" && (modern ? !fields.connection.includes("close") : fields.connection.includes("keep-alive")),
    keepAliveSeconds: fields.keepAliveSeconds,
  };
}

interface Fields {
  readonly rawHeaders: string[];
  length: number | null;
  coding: string | null;
  connection: string;
  keepAliveSeconds: number | null;
}

function parseFields(text: string, start: number): Fields | null {
  const fields: Fields = { rawHeaders: [], length: null, coding: null, connection: "", keepAliveSeconds: null };
  for (let at = start; at < text.length;) {
    const end = lineEnd(text, at);
    const colon = text.indexOf(":", at);
    if (colon < 0 || colon >= end || fields.rawHeaders.length >= maxHeaders * 2) return null;
    const name = text.slice(at, colon);
    const value = text.slice(colon + 1, end).trim();
    if (!token.test(name) || !readField(fields, name, value)) return null;
    fields.rawHeaders.push(name, value);
    at = end + 2;
  }
  return fields;
}

/** Takes what matters for framing out of one header; false when it contradicts an earlier one. */
function readField(fields: Fields, name: string, value: string): boolean {
  switch (name.length) {
    case 10: {
      const known = name.toLowerCase();
      if (known === "connection") fields.connection += `${value.toLowerCase()},`;
      if (known === "keep-alive") fields.keepAliveSeconds = Number(/timeout=([0-9]{1,6})/i.exec(value)?.[1] ?? Number.NaN) || null;
      return true;
    }
    case 14: {
      if (name.toLowerCase() !== "content-length") return true;
      if (fields.length !== null || !/^[0-9]{1,15}$/.test(value)) return false;
      fields.length = Number(value);
      return true;
    }
    case 17: {
      if (name.toLowerCase() !== "transfer-encoding") return true;
      if (fields.coding !== null) return false;
      fields.coding = value.toLowerCase();
      return true;
    }
    default:
      return true;
  }
}

function framingOf(fields: Fields, status: number, method: string, modern: boolean): AnswerFraming | null {
  if (fields.coding !== null && (fields.coding !== "chunked" || fields.length !== null || !modern)) return null;
  if (status < 200 || status === 204 || status === 304 || method === "HEAD") return "none";
  if (fields.coding !== null) return "chunked";
  return fields.length === null ? "close" : "length";
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\r\n", from);
  return end < 0 ? text.length : end;
}
