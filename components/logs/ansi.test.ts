import { describe, expect, it } from "vitest";

import { parseLine, plain } from "./ansi.ts";

const E = "\u001b";
const parse = (raw: string) => parseLine(raw, plain);

describe("parseLine", () => {
  it("leaves a plain line alone", () => {
    expect(parse("hello\tworld")).toEqual({ text: "hello\tworld", spans: null, end: plain });
  });

  it("keeps colours and weights and takes the escapes out of the text", () => {
    const line = parse(`${E}[1;31mError:${E}[0m it ${E}[32mfailed${E}[39m!`);
    expect(line.text).toBe("Error: it failed!");
    expect(line.spans?.map((span) => [span.text, span.style.color, span.style.bold])).toEqual([
      ["Error:", 1, true],
      [" it ", null, false],
      ["failed", 2, false],
      ["!", null, false],
    ]);
    expect(line.end).toBe(plain);
  });

  it("carries an open colour into the next line", () => {
    const first = parse(`${E}[33mwarning`);
    expect(first.end.color).toBe(3);
    expect(parseLine("goes on", first.end).spans?.[0]?.style.color).toBe(3);
  });

  it.each([
    [`${E}[38;5;9mx`, 9],
    [`${E}[38;5;208mx`, "rgb(255 135 0)"],
    [`${E}[38;5;250mx`, "rgb(188 188 188)"],
    [`${E}[38;2;1;2;3mx`, "rgb(1 2 3)"],
    [`${E}[38:2:1:2:3mx`, "rgb(1 2 3)"],
    [`${E}[38;2;1;2;999mx`, null],
    [`${E}[38;5;url(x)mx`, null],
    [`${E}[93mx`, 11],
  ])("reads the colour of %j", (raw, color) => {
    expect((parse(raw).spans?.[0]?.style ?? plain).color).toBe(color);
  });

  it.each([
    ["moving the cursor and clearing", `a${E}[2K${E}[1Gb`, "ab"],
    ["a terminal's title", `a${E}]0;evil title\u0007b`, "ab"],
    ["a hyperlink", `${E}]8;;javascript:alert(1)${E}\\click${E}]8;;${E}\\`, "click"],
    ["a device string without an end", `a${E}Pq rest`, "a"],
    ["the choice of a character set", `${E}(Bx`, "x"],
    ["an escape at the very end", `x${E}`, "x"],
    ["an unfinished sequence", `x${E}[31`, "x"],
    ["bells, backspaces and nulls", "a\u0007b\u0008c\u0000d", "abcd"],
    ["signs that turn the direction of text", "a\u202Egnp.exe\u2069", "agnp.exe"],
    ["the eight-bit controls", "a\u009b31mb", "a31mb"],
  ])("drops %s", (_what, raw, text) => {
    expect(parse(raw).text).toBe(text);
  });

  it("never makes markup of what the log contains", () => {
    expect(parse(`${E}[31m<img src=x onerror=alert(1)>`).text).toBe("<img src=x onerror=alert(1)>");
  });

  it.each([`${E}[`, `${E}]x`, `${E}[1;1;1;1m`, E, `${E}[38;5;`])(
    "takes time in proportion to the length, also for nothing but %j",
    (unit) => {
      const best = (raw: string) => {
        const times = Array.from({ length: 5 }, () => {
          const before = performance.now();
          parse(raw);
          return performance.now() - before;
        });
        return Math.min(...times);
      };
      const [short, long] = [unit.repeat(10_000), unit.repeat(100_000)];
      best(short);
      // Ten times the length; a square would take a hundred times as long.
      expect(best(long)).toBeLessThan(40 * best(short) + 20);
    },
  );
});
