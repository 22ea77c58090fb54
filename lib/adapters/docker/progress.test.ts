import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";

import { createTracePrinter } from "./progress.ts";
import { type TraceStatus, decodeTrace } from "./wire.ts";

const nothing: TraceStatus = { vertexes: [], statuses: [], logs: [], warnings: [] };
const vertex = { digest: "d1", name: "[2/4] RUN npm ci", cached: false, started: 1000, completed: null, error: "" };
const log = (text: string | Buffer, timestamp = 1420) => ({
  ...nothing,
  logs: [{ vertex: "d1", timestamp, stream: 1, bytes: Buffer.from(text) }],
});

function printer() {
  const seen: { text: string; steps: { name: string; cached: boolean }[] } = { text: "", steps: [] };
  const printing = createTracePrinter({ onOutput: (text) => (seen.text += text), onStep: (step) => seen.steps.push(step) });
  return { seen, ...printing };
}

describe("BuildKit's progress as text", () => {
  it("reads like docker build --progress=plain", () => {
    const { seen, print } = printer();
    print({ ...nothing, vertexes: [{ ...vertex, digest: "d0", name: "[1/4] FROM x", completed: 1100, cached: true }] });
    print({ ...nothing, vertexes: [vertex] });
    print(log("added 3 packages\n"));
    print({ ...nothing, vertexes: [{ ...vertex, completed: 2200 }] });
    expect(seen.text).toBe("#1 [1/4] FROM x\n#1 CACHED\n\n#2 [2/4] RUN npm ci\n#2 0.42 added 3 packages\n#2 DONE 1.2s\n");
    expect(seen.steps).toEqual([
      { name: "[1/4] FROM x", cached: true },
      { name: "[2/4] RUN npm ci", cached: false },
    ]);
  });

  it("names the step again when another one spoke in between", () => {
    const { seen, print } = printer();
    print({ ...nothing, vertexes: [vertex, { ...vertex, digest: "d2", name: "[3/4] RUN b" }] });
    print(log("one\n"));
    expect(seen.text).toBe("#1 [2/4] RUN npm ci\n\n#2 [3/4] RUN b\n\n#1 [2/4] RUN npm ci\n#1 0.42 one\n");
  });

  it("puts a character back together that two pieces share, and waits for the end of a line", () => {
    const { seen, print, end } = printer();
    const bytes = Buffer.from("hé\n");
    print({ ...nothing, vertexes: [vertex] });
    print(log(bytes.subarray(0, 2)));
    print(log(bytes.subarray(2), 9000));
    print(log("no end"));
    expect(seen.text).toBe("#1 [2/4] RUN npm ci\n#1 0.42 hé\n");
    end();
    expect(seen.text).toContain("#1 0.42 no end\n");
  });

  it("does not wait for ever for the end of a line", () => {
    const { seen, print } = printer();
    print({ ...nothing, vertexes: [vertex] });
    for (let i = 0; i < 10; i++) print(log("x".repeat(2000)));
    expect(seen.text.length).toBeGreaterThan(16_000);
  });

  it("keeps the failing step apart from those that were only cancelled with it", () => {
    const { seen, print, failure } = printer();
    print({ ...nothing, vertexes: [{ ...vertex, digest: "d9", name: "[b 1/2] RUN other", error: "context canceled", completed: 1500 }] });
    print({ ...nothing, vertexes: [{ ...vertex, error: "exit code: 1\nand \u001b[31mmore", completed: 1500 }] });
    expect(failure()).toEqual({ name: "[2/4] RUN npm ci", error: "exit code: 1\nand \u001b[31mmore" });
    expect(seen.text).toContain("CANCELED\n");
    expect(seen.text).toContain("#2 ERROR: exit code: 1 and more\n");
  });

  it("tells a transfer's beginning and end, not every step of it", () => {
    const { seen, print } = printer();
    const transfer = { id: "transferring context:", vertex: "d1", current: 0, total: 0, timestamp: 1000, started: 1000, completed: null };
    print({ ...nothing, vertexes: [{ ...vertex, name: "[internal] load build context" }] });
    for (let i = 0; i <= 100; i++) print({ ...nothing, statuses: [{ ...transfer, current: i * 1000, timestamp: 1000 + i }] });
    print({ ...nothing, statuses: [{ ...transfer, current: 100_000, timestamp: 1500, completed: 1500 }] });
    print({ ...nothing, statuses: [{ ...transfer, current: 100_000, timestamp: 1501, completed: 1500 }] });
    expect(seen.text.split("\n").filter((line) => line.includes("transferring"))).toEqual([
      "#1 transferring context:",
      "#1 transferring context: 100.00kB 0.5s done",
    ]);
    expect(seen.steps).toEqual([]);
  });
});

describe("BuildKit's progress messages", () => {
  const schema = protobuf
    .parse(`syntax = "proto3";
    message Status { repeated Vertex vertexes = 1; repeated Log logs = 3; string future = 99; }
    message Vertex { string digest = 1; repeated string inputs = 2; string name = 3; bool cached = 4; Time started = 5; Time completed = 6; string error = 7; Group group = 8; }
    message Log { string vertex = 1; Time timestamp = 2; int64 stream = 3; bytes msg = 4; }
    message Time { int64 seconds = 1; int32 nanos = 2; }
    message Group { string id = 1; }`)
    .root.lookupType("Status");

  it("are read the way another writer writes them, unknown fields passed over", () => {
    const message = {
      vertexes: [
        {
          digest: "d",
          inputs: ["a", "b"],
          name: "n",
          cached: true,
          started: { seconds: 1_700_000_000, nanos: 250_000_000 },
          error: "e",
          group: { id: "g" },
        },
      ],
      logs: [{ vertex: "d", timestamp: { seconds: 2, nanos: 5e8 }, stream: 2, msg: Buffer.from([0xff, 0x00]) }],
      future: "unknown",
    };
    const status = decodeTrace(Buffer.from(schema.encode(schema.fromObject(message)).finish()).toString("base64"));
    expect(status.vertexes).toEqual([{ digest: "d", name: "n", cached: true, started: 1_700_000_000_250, completed: null, error: "e" }]);
    expect(status.logs).toMatchObject([{ vertex: "d", timestamp: 2500, stream: 2 }]);
    expect([...(status.logs[0]?.bytes ?? [])]).toEqual([0xff, 0x00]);
  });

  it.each([[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], [0x0a, 0x05, 0x0a], [0xff], [0x0b], [0x07], [0x1a, 0x02, 0x22, 0x7f]])(
    "give up on broken bytes with an error or with nothing, never with a hang",
    (...bytes) => {
      const outcome = (() => {
        try {
          return decodeTrace(Buffer.from(bytes).toString("base64"));
        } catch (error) {
          return error;
        }
      })();
      expect(outcome).toBeTypeOf("object");
    },
  );

  it("may be empty", () => {
    expect(decodeTrace("")).toEqual(nothing);
  });
});
