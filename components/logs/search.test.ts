import { describe, expect, it } from "vitest";

import { createLogBuffer } from "./log-buffer.ts";
import { findLines, piecesOf } from "./search.ts";

describe("searching a log", () => {
  it("finds lines whatever the case and names them by number", () => {
    const buffer = createLogBuffer();
    buffer.append("one\nERROR here\nthree\nan error too\n");
    expect(findLines(buffer, "error")).toEqual([2, 4]);
    expect(findLines(buffer, "error", 2)).toEqual([4]);
    expect(findLines(buffer, "")).toEqual([]);
  });

  it("marks what was found across a change of colour and loses no text", () => {
    const buffer = createLogBuffer();
    buffer.append("say \u001b[31mhel\u001b[0mlo and hello\n");
    const line = buffer.at(0);
    expect(line).toBeDefined();
    const pieces = line === undefined ? [] : piecesOf(line, "HELLO");
    expect(pieces.map((piece) => piece.text).join("")).toBe("say hello and hello");
    expect(pieces.filter((piece) => piece.hit).map((piece) => piece.text)).toEqual(["hel", "lo", "hello"]);
  });
});
