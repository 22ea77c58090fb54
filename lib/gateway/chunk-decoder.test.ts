import { expect, test } from "vitest";

import { ChunkDecoder } from "./chunk-decoder.ts";

/** Body and rest when `text` arrives in pieces of `step` bytes; null when refused. */
function decode(text: string, step: number): { body: string; rest: string | null } | null {
  const decoder = new ChunkDecoder();
  const bytes = Buffer.from(text, "latin1");
  let body = "";
  for (let at = 0; at < bytes.length; at += step) {
    const decoded = decoder.decode(bytes.subarray(at, at + step));
    if (decoded === null) return null;
    body += decoded.pieces.map((piece) => piece.toString("latin1")).join("");
    if (decoded.rest !== null) return { body, rest: decoded.rest.toString("latin1") + bytes.toString("latin1", at + step) };
  }
  return { body, rest: null };
}

const steps = [1, 2, 3, 7, 10_000];

test.each([
  ["0\r\n\r\n", "", ""],
  ["5\r\nhello\r\n0\r\n\r\n", "hello", ""],
  ['5\r\nhello\r\n6;ext=1;b="x"\r\n world\r\n0\r\n\r\n', "hello world", ""],
  ["A\r\n0123456789\r\n00\r\nTrailer: x\r\nOther: y\r\n\r\n", "0123456789", ""],
  ["2 \r\n\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK", "\r\n", "HTTP/1.1 200 OK"],
])("%j is decoded however it is cut", (text, body, rest) => {
  for (const step of steps) expect(decode(text, step), `step ${step}`).toEqual({ body, rest });
});

test.each(["5\r\nhello", "5\r\nhello\r\n", "0\r\n", "0\r\nA: b\r\n", ""])("%j is not finished", (text) => {
  for (const step of steps) expect(decode(text, step)?.rest ?? null, `step ${step}`).toBeNull();
});

test.each([
  "x\r\n",
  "-1\r\n",
  "0x5\r\n",
  "\r\n",
  " 5\r\nhello\r\n",
  "5\nhello\r\n0\r\n\r\n",
  "5\r\nhelloX\r\n0\r\n\r\n",
  "5\r\nhello\n0\r\n\r\n",
  "1234567890abc\r\n",
  "+5\r\nhello\r\n",
  `5;${"x".repeat(2_000)}\r\nhello\r\n`,
  `5;${"x".repeat(2_000)}`,
  `0\r\n${"A: b\r\n".repeat(4_000)}\r\n`,
])("%j is refused", (text) => {
  for (const step of steps) expect(decode(text, step), `step ${step}`).toBeNull();
});
