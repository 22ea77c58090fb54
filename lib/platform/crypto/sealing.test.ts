import { describe, expect, it } from "vitest";

import { generateSealingKey, open, seal } from "./sealing.ts";

const key = generateSealingKey("k1");

describe("a sealed secret", () => {
  it.each(["", "simple", "pa$$ \"quoted\" 'x' `id` #\n\u0000 ümläut 日本", "x".repeat(100_000)])(
    "opens to exactly the value that was sealed",
    (value) => {
      expect(open(key, seal(key, "project:1/KEY", value), "project:1/KEY")).toBe(value);
    },
  );

  it("is different every time", () => {
    expect(Buffer.from(seal(key, "s", "v").ciphertext)).not.toEqual(Buffer.from(seal(key, "s", "v").ciphertext));
  });

  it("does not open for another scope", () => {
    expect(() => open(key, { ...seal(key, "project:1/KEY", "v"), scope: "project:2/KEY" }, "project:2/KEY")).toThrow();
  });

  it("does not open for whoever wants something else, or does not say what he wants", () => {
    const sealed = seal(key, "project:1/KEY", "v");
    expect(open(key, sealed, "project:2/KEY", "project:1/KEY")).toBe("v");
    expect(() => open(key, sealed, "project:2/KEY")).toThrow("sealed for something else");
    expect(() => open(key, sealed)).toThrow("sealed for something else");
  });

  it("does not open with another key", () => {
    expect(() => open({ ...generateSealingKey("k1") }, seal(key, "s", "v"), "s")).toThrow();
  });

  it("does not open when one bit is changed", () => {
    const sealed = seal(key, "s", "value");
    for (const field of ["ciphertext", "wrappedDek", "nonce", "epk"] as const) {
      const changed = new Uint8Array(sealed[field]);
      changed[0] = (changed[0] ?? 0) ^ 1;
      expect(() => open(key, { ...sealed, [field]: changed }, "s")).toThrow();
    }
  });
});
