import { expect, it } from "vitest";

import { checksIn } from "./lines.ts";
import { planOf } from "./plan.ts";
import { checks } from "./schema.ts";
import { linesOf } from "./words.ts";

it("reads back what it writes, whatever the command is", () => {
  const all = checks.parse([
    { name: "unit tests", command: "npm test" },
    { name: "smoke", command: ["node", "smoke test.js"], timeoutSeconds: 90 },
    { name: "two lines", command: "set -e\nnpm run lint: all" },
    { name: "quoted", command: '"a b" c' },
    { name: "list-like", command: "[ -f /app/x ]" },
  ]);
  expect(checks.parse(checksIn(linesOf(all)))).toEqual(all);
});

it("takes colons, empty lines and Windows line ends, and leaves judging to the schema", () => {
  expect(checksIn("unit tests:  npm run test:unit \r\n\r\nslow (1200 s): make check")).toEqual([
    { name: "unit tests", command: "npm run test:unit" },
    { name: "slow", command: "make check", timeoutSeconds: 1200 },
  ]);
  expect(checks.safeParse(checksIn("npm test")).success).toBe(false);
  expect(checks.safeParse(checksIn("a: x\na: y")).success).toBe(false);
});

it("runs a check once that page and file both ask for, and again under another time limit", () => {
  const [one] = checks.parse([{ name: "unit", command: "npm test" }]);
  if (one === undefined) throw new Error("no check");
  expect(planOf([one, { ...one }, { ...one, timeoutSeconds: 5 }]).map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([600, 5]);
  expect(planOf([one])[0]?.command).toEqual(["/bin/sh", "-c", "npm test"]);
});
