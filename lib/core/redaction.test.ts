import { describe, expect, it } from "vitest";

import { createRedactor } from "./redaction.ts";

const secret = "s3cr3t/with+signs&more";

describe("the redactor", () => {
  it.each([
    ["as it is", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in base64 after one byte", Buffer.from(`x${secret}`).toString("base64")],
    ["in base64 after two bytes", Buffer.from(`xy${secret}`).toString("base64")],
  ])("hides a secret %s", (_how, text) => {
    const shown = createRedactor([secret])(`value=${text};`);
    expect(shown).toContain("••••••");
    expect(shown).not.toContain(text.slice(4, -6));
  });

  it("hides every line of a secret of several lines", () => {
    const redact = createRedactor(["first-line\nsecond-line"]);
    expect(redact("a second-line b")).toBe("a •••••• b");
  });

  it("leaves text alone when there is nothing worth hiding", () => {
    expect(createRedactor(["", "abc"])("abc stays")).toBe("abc stays");
  });
});
