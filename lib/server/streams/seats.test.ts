import { expect, test } from "vitest";

import { createSeats, takeSeat } from "./seats.ts";

const holder = (person: string, sessionId: string | null, tokenId: string | null = null) => ({
  id: person,
  sessionId,
  tokenId,
  viewing: null,
});
const refusal = expect.objectContaining({ code: "rate_limited", retryAfterSeconds: 15 });

test("one session or token, one person and all together have only so many streams, and a place is given back once", () => {
  const seats = createSeats({ each: 2, person: 3, all: 4 });
  const sit = (by: ReturnType<typeof holder>) => takeSeat({ seats }, by);
  const first = sit(holder("eve", "a"));
  sit(holder("eve", "a"));
  expect(() => sit(holder("eve", "a"))).toThrow(refusal);
  const other = sit(holder("eve", null, "t"));
  expect(() => sit(holder("eve", null, "u"))).toThrow(refusal);
  sit(holder("ada", "c"));
  expect(() => sit(holder("bob", "d"))).toThrow(refusal);
  first();
  first();
  sit(holder("bob", "d"));
  expect(() => sit(holder("bob", "d"))).toThrow(refusal);
  other();
  sit(holder("eve", "a"));
});
