import { Readable } from "node:stream";

import { expect, onTestFinished, test, vi } from "vitest";

import { createCommandCheck, type PushJudge, type RefCommand } from "./receive-commands.ts";

const oldId = "0".repeat(40);
const newId = "a".repeat(40);

function packet(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

function push(...names: string[]): Buffer {
  const lines = names.map((name, index) => packet(`${oldId} ${newId} ${name}${index === 0 ? "\0report-status side-band-64k\n" : "\n"}`));
  return Buffer.concat([...lines, Buffer.from("0000"), Buffer.from("PACK and whatever follows")]);
}

async function pass(bytes: Buffer, chunkSize: number, judge?: PushJudge): Promise<Buffer> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, index) =>
    bytes.subarray(index * chunkSize, (index + 1) * chunkSize),
  );
  return Buffer.concat(await Readable.from(chunks).compose(createCommandCheck(judge)).toArray());
}

test.each([1, 3, 64, 1_000_000])("a push passes through unchanged in pieces of %i bytes", async (size) => {
  const bytes = push("refs/heads/feature/x", "refs/tags/v1.0", "refs/heads/$(id)");
  expect((await pass(bytes, size)).equals(bytes)).toBe(true);
});

test("a client that only asks whether it is welcome passes", async () => {
  expect((await pass(Buffer.from("0000"), 4)).toString()).toBe("0000");
});

test.each(["refs/heads/-x", "refs/pull/1/head", "refs/heads/a..b", "HEAD", "refs/berth/kept/x", "refs/heads/a\u0001b"])(
  "a push to %j is refused",
  async (name) => {
    await expect(pass(push("refs/heads/fine", name), 50)).rejects.toThrow(/Only branches and tags/);
  },
);

test("names that are no text, options, certificates and unfinished lists are refused", async () => {
  const latin = Buffer.concat([Buffer.from(`${oldId} ${newId} refs/heads/`), Buffer.from([0xe9])]);
  await expect(pass(Buffer.concat([packet(latin), Buffer.from("0000")]), 20)).rejects.toThrow(/UTF-8/);
  await expect(pass(Buffer.concat([packet("push-cert\0x"), Buffer.from("0000")]), 20)).rejects.toThrow(/not supported/);
  await expect(pass(Buffer.from("zzzz"), 20)).rejects.toThrow(/not a push/);
  await expect(pass(push("refs/heads/x").subarray(0, 60), 20)).rejects.toThrow(/middle/);
});

test("more than ten thousand changes at once are refused before git sees one", async () => {
  const names = Array.from({ length: 10_001 }, (_, index) => `refs/heads/many/${index}`);
  await expect(pass(push(...names), 65_536)).rejects.toThrow(/at most 10000/);
  expect((await pass(push(...names.slice(1)), 65_536)).length).toBeGreaterThan(1_000_000);
});

test("the whole list is judged once, before anything passes, and an objection holds back all of it", async () => {
  const asked: Array<readonly RefCommand[]> = [];
  const judge =
    (answer: string | null): PushJudge =>
    (commands) => {
      asked.push(commands);
      return Promise.resolve(answer);
    };
  const bytes = push("refs/heads/master", "refs/tags/v1.0");
  expect((await pass(bytes, 7, judge(null))).equals(bytes)).toBe(true);
  await expect(pass(bytes, 7, judge("v1.0 stays"))).rejects.toThrow("v1.0 stays");
  await expect(pass(bytes, 7, () => Promise.reject(new Error("no repository")))).rejects.toThrow("no repository");
  expect(asked.map((commands) => commands.map(({ ref, oldId: from, newId: to }) => [ref.fullName, from, to]))).toEqual([
    [
      ["refs/heads/master", null, newId],
      ["refs/tags/v1.0", null, newId],
    ],
    [
      ["refs/heads/master", null, newId],
      ["refs/tags/v1.0", null, newId],
    ],
  ]);
});

test("the last bytes of a push pass only when it is judged again after all of it has come", async () => {
  const bytes = push("refs/heads/master");
  const passed: Buffer[] = [];
  const check = createCommandCheck(undefined, () => Promise.resolve("no more"));
  check.on("data", (chunk: Buffer) => passed.push(chunk));
  const failed = new Promise((resolve) => check.once("error", resolve));
  check.end(bytes);
  expect(await failed).toMatchObject({ message: "no more" });
  expect(Buffer.concat(passed).equals(bytes.subarray(0, -20))).toBe(true);
});

test("a push that takes its time is judged again before more of it passes, whatever comes behind its end", async () => {
  const bytes = push("refs/heads/master");
  let verdict: string | null = null;
  let asked = 0;
  const check = createCommandCheck(undefined, () => {
    asked += 1;
    return Promise.resolve(verdict);
  });
  const passed: Buffer[] = [];
  check.on("data", (chunk: Buffer) => passed.push(chunk));
  const failed = new Promise((resolve) => check.once("error", resolve));
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const write = (chunk: Buffer) => new Promise((resolve) => check.write(chunk, resolve));
  await write(bytes.subarray(0, -1));
  vi.advanceTimersByTime(1_500);
  await write(Buffer.alloc(0));
  verdict = "no more";
  vi.advanceTimersByTime(1_500);
  check.write(Buffer.concat([bytes.subarray(-1), Buffer.alloc(100)]));
  expect(await failed).toMatchObject({ message: "no more" });
  expect([asked, Buffer.concat(passed).length]).toEqual([2, bytes.length - 21]);
});
