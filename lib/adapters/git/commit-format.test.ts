import { expect, test } from "vitest";

import { parseCommits } from "./commit-format.ts";

const id = "a".repeat(40);

function record(fields: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(fields.flatMap((field) => [Buffer.from(field), Buffer.from([0])]));
}

test("hostile bytes in a commit become visible, valid text", () => {
  const [commit] = parseCommits(
    record([id, Buffer.from([0x41, 0xff, 0x42]), "a@b\u0007", "C", "c@d\u0007", "1700000000", `x\u001b[31m\u202e${"y".repeat(500)}`]),
  );
  expect(commit?.authorName).toBe("A\ufffdB");
  expect(commit?.authorEmail).toBe("a@b");
  expect([commit?.committerName, commit?.committerEmail]).toEqual(["C", "c@d"]);
  expect(commit?.subject).toMatch(/^x \[31m y+…$/);
  expect(commit?.subject.length).toBe(300);
  expect(commit?.committedAt.toISOString()).toBe("2023-11-14T22:13:20.000Z");
});

test("a time no calendar knows becomes the beginning of time", () => {
  for (const seconds of ["-5", "nonsense", "99999999999999999999", ""])
    expect(parseCommits(record([id, "a", "b", "c", "d", seconds, "s"]))[0]?.committedAt.getTime()).toBe(0);
});

test("output that breaks off gives the whole records only", () => {
  const whole = record([id, "a", "b", "c", "d", "1", "s"]);
  expect(parseCommits(Buffer.concat([whole, Buffer.from("\n"), whole.subarray(0, 44)]))).toHaveLength(1);
});
