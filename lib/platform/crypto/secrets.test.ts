import { randomBytes } from "node:crypto";

import { expect, test } from "vitest";

import { secretWeakness } from "./secrets.ts";

test("random keys of the usual forms are accepted", () => {
  for (let repeat = 0; repeat < 20_000; repeat += 1) {
    expect(secretWeakness(randomBytes(32).toString("base64url"))).toBeNull();
    expect(secretWeakness(randomBytes(32).toString("hex"))).toBeNull();
  }
});

test("no secret is a weak one", () => {
  expect(secretWeakness("")).not.toBeNull();
});

test.each([
  "short-one",
  "a".repeat(64),
  "0123456789abcdef".repeat(2),
  "Kx9fQ2mZ7pLw4tRb".repeat(2),
  "changeme-changeme-changeme-1234567",
  "your-secret-key-at-least-32-characters",
  "this is only an example of a secret!",
])("%j is refused without being repeated", (secret) => {
  const reason = secretWeakness(secret);
  expect(reason).not.toBeNull();
  expect(reason).not.toContain(secret);
});
