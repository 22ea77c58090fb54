import { expect, test } from "vitest";

import { worthShowing } from "./log-line.ts";

test.each([
  ["an ordinary line stays in the log", '{"level":30,"msg":"ready"}', undefined],
  ["a warning is shown as its sentence", '{"level":40,"msg":"The engine is slow."}', "The engine is slow."],
  ["an error is shown with its reason", '{"level":50,"msg":"Sync failed","err":{"message":"no route"}}', "Sync failed: no route"],
  [
    "a reason that the sentence has already is not repeated",
    '{"level":50,"msg":"Sync failed: no route","err":{"message":"no route"}}',
    "Sync failed: no route",
  ],
  ["what is no log line stays in the log", "    at Object.<anonymous>", undefined],
  ["half a line stays in the log", '{"level":50,"msg":"Sy', undefined],
])("%s", (_, line, shown) => {
  expect(worthShowing(line)).toBe(shown);
});

test("what a foreign program wrote cannot move the cursor of the terminal", () => {
  expect(worthShowing(JSON.stringify({ level: 40, msg: "a\u001B[2Jb\r\nc" }))).toBe("a [2Jb c");
});
