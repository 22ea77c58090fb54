import { availableParallelism } from "node:os";

import { expect, test } from "vitest";

import { hashPassword, isPassword, passwordWeakness } from "./passwords.ts";

const weak = (password: string) => passwordWeakness(password, "ada@example.org");

test.each([
  "1234567890",
  "12345678910",
  "0987654321",
  "1111111111",
  "qwertyuiop",
  "Qwerty1234",
  "Qwerty123!",
  "1q2w3e4r5t",
  "q1w2e3r4t5y6",
  "1qaz2wsx3edc",
  "password123",
  "Password1!",
  "P@ssw0rd123",
  "123456789a",
  "a123456789",
  "basketball",
  "Liverpool1",
  "Summer2026!",
  "iloveyou123",
  "michael123",
  "changeme123",
  "admin/admin1",
  "asdfghjkl1",
  "123123123123",
  "abcabcabcabc",
  "1357924680",
  "ada@example.org",
])("%s is refused", (password) => {
  expect(weak(password)).not.toBeNull();
});

test.each(["quay harbour lantern", "Tr0ub4dor&3x", "correct horse", "summer in Lisbon", "пароль длинный", "x".repeat(3) + "yz-917-kfm"])(
  "%s is accepted",
  (password) => {
    expect(weak(password)).toBeNull();
  },
);

test("the length counts: 9 and 129 characters are refused, 10, 64 and 128 accepted", () => {
  const text = (length: number) => "aB3-xk9Qz7_mW".repeat(10).slice(0, length);
  expect([9, 10, 64, 128, 129].map((length) => weak(text(length)) === null)).toEqual([false, true, true, true, false]);
});

test("a password is compared exactly, however its letters are composed", async () => {
  const phc = await hashPassword("caf\u00E9 au lait");
  expect(await isPassword("cafe\u0301 au lait", phc)).toBe(true);
  expect(await isPassword("caf\u00E9 au lait ", phc)).toBe(false);
  expect(await isPassword("Caf\u00E9 au lait", phc)).toBe(false);
});

test("a megabyte is refused without being hashed", async () => {
  const phc = await hashPassword("quay harbour lantern");
  const started = performance.now();
  for (let repeat = 0; repeat < 20; repeat += 1) expect(await isPassword("x".repeat(1024 * 1024), phc)).toBe(false);
  // One hash takes about 17 ms.
  expect((performance.now() - started) / 20).toBeLessThan(5);
});

test("as many are hashed at once as there are cores, a few wait, and the rest is sent away", async () => {
  const results = await Promise.allSettled(Array.from({ length: 200 }, () => isPassword("quay harbour lantern", null)));
  const done = results.filter(({ status }) => status === "fulfilled").length;
  expect(done).toBe(64 + availableParallelism());
  const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  for (const refusal of refusals) expect(refusal).toMatchObject({ code: "unavailable", retryAfterSeconds: 5 });
  expect(await isPassword("quay harbour lantern", null)).toBe(false);
});
