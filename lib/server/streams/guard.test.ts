import { setImmediate as turn } from "node:timers/promises";

import { expect, test } from "vitest";

import { guard } from "./guard.ts";

/** A stream under guard whose questions are answered by hand. */
function guarded() {
  const asked: Array<(may: boolean) => void> = [];
  let ring: () => void = () => undefined;
  let closed = 0;
  const hub = {
    onAccess(call: () => void) {
      ring = call;
      return () => (ring = () => undefined);
    },
  };
  const end = guard(hub, { close: () => (closed += 1) }, () => new Promise((resolve) => asked.push(resolve)));
  return { asked, ring: () => ring(), closed: () => closed, end };
}

test("however often rights change while the question is asked, it is asked once more afterwards", async () => {
  const { asked, ring, closed, end } = guarded();
  for (let at = 0; at < 100; at += 1) ring();
  expect(asked).toHaveLength(1);
  asked[0]?.(true);
  await turn();
  expect(asked).toHaveLength(2);
  asked[1]?.(true);
  await turn();
  expect([asked.length, closed()]).toEqual([2, 0]);
  ring();
  asked[2]?.(false);
  await turn();
  expect(closed()).toBe(1);
  end();
});

test("the loss that is heard while an older question is still being answered is not overheard", async () => {
  const { asked, ring, closed, end } = guarded();
  ring();
  ring();
  asked[0]?.(true);
  await turn();
  asked[1]?.(false);
  await turn();
  expect(closed()).toBe(1);
  end();
});
