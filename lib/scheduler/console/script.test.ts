import { Script } from "node:vm";

import { expect, test } from "vitest";

import { consoleScript } from "./script.ts";

test("the console's script is one that a browser can read, and never makes markup of text", () => {
  expect(() => new Script(consoleScript)).not.toThrow();
  expect(consoleScript).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
});

test("the console stays small", () => {
  expect(Buffer.byteLength(consoleScript)).toBeLessThan(32_768);
});
