import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { type LogFrame } from "../engine/demultiplex.ts";
import { type Sandbox, openSandbox } from "./sandbox.ts";

let folder: string;
const open: Sandbox[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-sandbox-"));
});

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

async function opened(): Promise<Sandbox> {
  const sandbox = await openSandbox(folder);
  open.push(sandbox);
  return sandbox;
}

function frame(number: number, text: string, stream: "stdout" | "stderr" = "stdout"): LogFrame {
  return { stream, timestamp: `2026-01-01T00:00:${String(number).padStart(2, "0")}.000000000Z`, data: Buffer.from(text) };
}

async function text(sandbox: Sandbox): Promise<string> {
  return (await sandbox.read("stdout", 0, 1_000))?.data.toString() ?? "";
}

describe("a sandbox", () => {
  it("whose writer dies forgets what it had not noted and reads it again, nothing lost and nothing twice", async () => {
    const first = await opened();
    await first.write([frame(1, "one\n"), frame(2, "two\n")]);
    await first.checkpoint();
    await first.write([frame(3, "three\n"), frame(4, "fo")]);
    // No checkpoint, no close: the process is gone.
    const second = await opened();
    expect(await text(second)).toBe("one\ntwo\n");
    expect(await second.resume()).toBe("2026-01-01T00:00:00.000Z");
    await second.write([frame(1, "one\n"), frame(2, "two\n"), frame(3, "three\n")]);
    await second.write([frame(4, "fo"), frame(4, "ur\n"), frame(5, "five\n")]);
    expect(await text(second)).toBe("one\ntwo\nthree\nfour\nfive\n");
  });

  it("whose stream breaks in the middle of a line reads that line again", async () => {
    const sandbox = await opened();
    await sandbox.write([frame(1, "one\n"), frame(2, "ha")]);
    await sandbox.resume();
    await sandbox.write([frame(1, "one\n"), frame(2, "ha"), frame(2, "lf\n")]);
    expect(await text(sandbox)).toBe("one\nhalf\n");
  });

  it("gets the end that the stream left out, and nothing twice", async () => {
    const sandbox = await opened();
    await sandbox.write([frame(1, "one\n")]);
    await sandbox.addMissed([frame(1, "one\n"), frame(2, "two\n"), frame(3, "the last word")]);
    await sandbox.addMissed([frame(1, "one\n"), frame(2, "two\n"), frame(3, "the last word")]);
    expect(await text(sandbox)).toBe("one\ntwo\nthe last word");
  });

  it("notes only whole lines", async () => {
    const first = await opened();
    await first.write([frame(1, "one\n"), frame(2, "half")]);
    await first.checkpoint();
    expect(await text(await opened())).toBe("one\n");
  });

  it("keeps a last line without an end once nothing more can come", async () => {
    const first = await opened();
    await first.write([frame(1, "one\n"), frame(2, "half")]);
    await first.finish();
    expect(await text(await opened())).toBe("one\nhalf");
  });

  it("shortens a long file, and offsets stay what they were, also for the next process", async () => {
    const sandbox = await opened();
    const line = `${"x".repeat(1_023)}\n`;
    for (let megabyte = 0; megabyte < 10; megabyte += 1) {
      await sandbox.write(Array.from({ length: 1_024 }, () => frame(megabyte, line)));
    }
    await sandbox.write([frame(20, "last\n")]);
    const end = 10 * 1_048_576 + 5;
    expect(await sandbox.read("stdout", null, 10)).toMatchObject({ offset: end });
    expect((await stat(join(folder, "stdout"))).size).toBeLessThan(9 * 1_048_576);
    expect((await sandbox.read("stdout", end - 5, 10))?.data.toString()).toBe("last\n");
    const early = await sandbox.read("stdout", 0, 4);
    expect(early?.offset).toBeGreaterThan(1_048_576);
    await sandbox.checkpoint();
    const next = await opened();
    expect((await next.read("stdout", end - 5, 10))?.data.toString()).toBe("last\n");
    expect((await next.read("stdout", 0, 4))?.offset).toBe(early?.offset);
  });
});
