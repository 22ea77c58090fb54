import { describe, expect, it } from "vitest";

import { createLogBuffer, type LogBuffer } from "./log-buffer.ts";

const texts = (buffer: LogBuffer) => Array.from({ length: buffer.size() }, (_, index) => buffer.at(index)?.text);

describe("a log in memory", () => {
  it("puts lines together that arrive in pieces", () => {
    const buffer = createLogBuffer();
    for (const piece of ["#1 bui", "ld\n#2 ", "", "push\n#3"]) buffer.append(piece);
    expect(texts(buffer)).toEqual(["#1 build", "#2 push", "#3"]);
  });

  it("shows the last version of a line that a progress bar rewrites", () => {
    const buffer = createLogBuffer();
    buffer.append("10%\r50%\r");
    expect(texts(buffer)).toEqual(["50%"]);
    buffer.append("100%\r\ndone\r\n");
    expect(texts(buffer)).toEqual(["100%", "done"]);
  });

  it("keeps a colour over a line break", () => {
    const buffer = createLogBuffer();
    buffer.append("\u001b[31mred\nstill red\u001b[0m\nplain\n");
    expect(buffer.at(1)?.spans?.[0]?.style.color).toBe(1);
    expect(buffer.at(2)?.spans).toBeNull();
  });

  it("keeps the newest lines and their numbers when the log is longer than the limit", () => {
    const buffer = createLogBuffer(100);
    for (let n = 1; n <= 1000; n += 1) buffer.append(`line ${n}\n`);
    expect(buffer.size()).toBeLessThanOrEqual(110);
    expect(buffer.at(buffer.size() - 1)?.text).toBe("line 1000");
    expect(buffer.numberAt(buffer.size() - 1)).toBe(1000);
    expect(buffer.at(buffer.indexOfNumber(950))?.text).toBe("line 950");
    expect(buffer.indexOfNumber(1)).toBe(-1);
    expect(buffer.indexOfNumber(1001)).toBe(-1);
  });

  it("cuts a line without an end into pieces instead of growing", () => {
    const buffer = createLogBuffer();
    for (let n = 0; n < 100; n += 1) buffer.append("x".repeat(1000));
    expect(buffer.size()).toBe(7);
  });

  it("takes eight megabytes as quickly per megabyte as one", () => {
    const chunk = "\u001b[32m#12 4.512\u001b[0m added 214 packages, and audited 215 packages in 2s\n".repeat(800);
    const fill = (megabytes: number) => {
      const buffer = createLogBuffer();
      const before = performance.now();
      for (let size = 0; size < megabytes * 1024 * 1024; size += chunk.length) buffer.append(chunk);
      return { size: buffer.size(), time: performance.now() - before };
    };
    const one = Math.min(fill(1).time, fill(1).time, fill(1).time);
    const eight = fill(8);
    expect(eight.size).toBeGreaterThan(100_000);
    expect(eight.time).toBeLessThan(8 * 4 * one + 50);
  });

  it("shows remarks of Berth on lines of their own", () => {
    const buffer = createLogBuffer();
    buffer.append("half");
    buffer.remark("Some output was left out here.");
    buffer.append("after\n");
    expect(texts(buffer)).toEqual(["half", "Some output was left out here.", "after"]);
    expect(buffer.at(1)?.remark).toBe(true);
  });
});
