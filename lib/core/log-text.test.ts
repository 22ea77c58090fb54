import { describe, expect, it } from "vitest";

import { cleanLogLine, maxLineLength } from "./log-text.ts";

describe("a cleaned log line", () => {
  it.each([
    ["keeps colours", "\u001b[31mred\u001b[0m", "\u001b[31mred\u001b[0m"],
    ["takes out cursor movement", "a\u001b[2Kb\u001b[1Ac", "abc"],
    ["takes out window titles", "\u001b]0;title\u0007text", "text"],
    ["takes out control characters", "a\u0000b\u0008c", "abc"],
    ["keeps the last state of a progress bar", "10%\r50%\r100%\r", "100%"],
    ["keeps tabs and unicode", "a\tü日本", "a\tü日本"],
  ])("%s", (_what, line, shown) => {
    expect(cleanLogLine(line)).toBe(shown);
  });

  it("is bounded", () => {
    expect(cleanLogLine("x".repeat(maxLineLength * 4)).length).toBeLessThan(maxLineLength + 100);
  });
});
