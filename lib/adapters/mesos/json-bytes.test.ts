import { describe, expect, it } from "vitest";

import { parseJsonBytes } from "./json-bytes.ts";

const dataOf = (body: Buffer) => {
  const parsed = parseJsonBytes(body);
  return typeof parsed === "object" && parsed !== null && "data" in parsed && typeof parsed.data === "string"
    ? Buffer.from(parsed.data, "latin1")
    : null;
};
const quoted = (bytes: readonly number[]) => Buffer.concat([Buffer.from('{"data":"'), Buffer.from(bytes), Buffer.from('","offset":0}')]);

describe("a piece of a file inside JSON", () => {
  it("keeps its bytes when a character is cut at either end", () => {
    expect(dataOf(quoted([0xa9, 0x61, 0xc3]))).toEqual(Buffer.from([0xa9, 0x61, 0xc3]));
    expect(dataOf(quoted([0xff, 0xfe, 0x80]))).toEqual(Buffer.from([0xff, 0xfe, 0x80]));
  });

  it.each([
    "plain",
    "é ü 漢字 🚀",
    'quote " backslash \\ slash / tab \t newline \n nul \0 bell \u0007 delete \u007f',
    "\\u0041 as text",
    "\\\\u00e9",
    "lines\u2028and\u2029more",
  ])("is the text that was written: %j", (text) => {
    expect(dataOf(Buffer.from(JSON.stringify({ data: text, offset: 0 })))?.toString("utf8")).toBe(text);
    const escaped = JSON.stringify({ data: text }).replaceAll(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    expect(dataOf(Buffer.from(escaped))?.toString("utf8")).toBe(text);
  });

  it("fails with a SyntaxError when it is no JSON", () => {
    expect(() => parseJsonBytes(Buffer.from("<html>"))).toThrow(SyntaxError);
    expect(() => parseJsonBytes(Buffer.from('{"data":"\\u12"}'))).toThrow(SyntaxError);
  });
});
