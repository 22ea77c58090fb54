import { expect, test } from "vitest";

import { readJson } from "./read-json.ts";

const encoder = new TextEncoder();

/** A request whose body comes in these pieces and, unless it is ended, never ends. */
function request(pieces: readonly string[], ended: boolean, type = "application/json") {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      if (ended) controller.close();
    },
    cancel: () => void (cancelled = true),
  });
  const init: RequestInit & { duplex: "half" } = { method: "POST", headers: { "content-type": type }, body, duplex: "half" };
  return { request: new Request("http://berth.test/", init), wasCancelled: () => cancelled };
}

test("a body is read in whatever pieces it comes", async () => {
  expect(await readJson(request(['{"na', 'me":"Ü', '"}'], true).request, 1_000)).toEqual({ name: "Ü" });
});

test("a body that is held open is given up after its time, and no more of it is read", async () => {
  const { request: slow, wasCancelled } = request(['{"name":'], false);
  await expect(readJson(slow, 20)).rejects.toMatchObject({ code: "request_too_slow" });
  expect(wasCancelled()).toBe(true);
});

test("a body of more than 1 MiB, of another type or of no JSON is refused", async () => {
  const { request: large, wasCancelled } = request(["x".repeat(1024 * 1024), "x"], false);
  await expect(readJson(large, 5_000)).rejects.toMatchObject({ code: "payload_too_large" });
  expect(wasCancelled()).toBe(true);
  await expect(readJson(request(["{}"], true, "text/plain").request, 1_000)).rejects.toMatchObject({ code: "invalid_input" });
  await expect(readJson(request(["{"], true).request, 1_000)).rejects.toMatchObject({ code: "invalid_input" });
});
