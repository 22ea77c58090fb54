import { describe, expect, it } from "vitest";

import { createDemultiplexer } from "./demultiplex.ts";

function frame(type: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

const whole = Buffer.concat([frame(1, "2026-01-01T00:00:00.000000001Z hello\n"), frame(2, "2026-01-01T00:00:00.000000002Z \n")]);
const frames = [
  { stream: "stdout", timestamp: "2026-01-01T00:00:00.000000001Z", text: "hello\n" },
  { stream: "stderr", timestamp: "2026-01-01T00:00:00.000000002Z", text: "\n" },
];

describe("the engine's log stream", () => {
  it.each([1, 3, 7, 8, 9, 40, 1_000])("is taken apart in chunks of %d bytes", (size) => {
    const take = createDemultiplexer();
    const found = [];
    for (let start = 0; start < whole.length; start += size) found.push(...take(whole.subarray(start, start + size)));
    expect(found.map(({ data, ...rest }) => ({ ...rest, text: data.toString() }))).toEqual(frames);
  });

  it("that cannot be one is refused", () => {
    expect(() => createDemultiplexer()(Buffer.alloc(16, 0xff))).toThrow("broken");
  });
});
