import { describe, expect, it } from "vitest";

import { configurationOf } from "./configuration.ts";
import { type StandingVerdict, standingOf } from "./standing.ts";

/** A small world, so that equal configurations turn up often enough. Same numbers every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

function release(roll: (sides: number) => number) {
  const variables: Record<string, { value: string } | { secretId: string }> = {};
  for (const name of ["A", "B"]) {
    const value = roll(3);
    if (value > 0) variables[name] = roll(4) === 0 ? { secretId: String(value) } : { value: String(value) };
  }
  return {
    variables,
    cpus: 0.25,
    mem: [256, 512][roll(2)] ?? 256,
    port: 80,
    healthPath: "/",
    app: roll(3) === 0 ? { instances: roll(9) } : { instances: roll(9), labels: { a: "1" } },
  };
}

/** What must be equal for a verdict to stand, said once more in another way. */
function sameText({ variables, mem, app }: ReturnType<typeof release>): string {
  const sorted = Object.entries(variables).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([sorted, mem, "labels" in app]);
}

const kinds = { approve: "approved", reject: "rejected", not_testable: "not_testable" } as const;

function verdictOf(kind: StandingVerdict["kind"], imageDigest: string): StandingVerdict {
  const ids = { id: "v", releaseId: "r", imageId: "i", givenById: "t" };
  return { ...ids, number: 1, kind, words: "", releaseNumber: 1, imageDigest, commit: "c", givenByName: "Tess", at: new Date(0) };
}

describe("a verdict's standing", () => {
  it("is what was said exactly while image, configuration and what is configured are those that were judged, and void in all other cases", () => {
    const roll = dice(7);
    const facts = { variables: {}, changes: new Map() };
    const seen = { stands: 0, image: 0, configuration: 0 };
    for (let round = 0; round < 1_000; round += 1) {
      const kind = (["approve", "reject", "not_testable"] as const)[roll(3)] ?? "approve";
      const judged = release(roll);
      const other = () => (roll(2) === 0 ? { ...judged, app: { ...judged.app, instances: roll(9) } } : release(roll));
      const [live, pending] = [other(), other()];
      const [before, now] = [`sha256:${roll(2)}`, `sha256:${roll(2)}`];
      const there = { imageDigest: now, createdBy: "Berth", createdAt: new Date(1), facts };
      const standing = standingOf(verdictOf(kind, before), judged, {
        ...there,
        configuration: configurationOf(live),
        pending: configurationOf(pending),
      });
      const same = sameText(judged) === sameText(live) && sameText(judged) === sameText(pending);
      const expected = before !== now ? "image" : same ? "stands" : "configuration";
      seen[expected] += 1;
      const found = standing.state === "void" ? standing.reason : standing.state;
      expect(found).toBe({ image: "image_changed", configuration: "configuration_changed", stands: kinds[kind] }[expected]);
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  it("names each change once, with who made it where that is known", () => {
    const judged = { variables: { A: { value: "1" } }, cpus: 1, mem: 1, port: 1, healthPath: "/", app: {} };
    const changed = configurationOf({ ...judged, variables: { A: { value: "2" } }, mem: 2 });
    const facts = { variables: {}, changes: new Map([["A", { by: "Otto", at: new Date(5) }]]) };
    const live = { imageDigest: "d", createdBy: null, createdAt: new Date(1), configuration: changed, pending: changed, facts };
    expect(standingOf(verdictOf("approve", "d"), judged, live)).toMatchObject({
      state: "void",
      changes: [
        { kind: "variable", name: "A", by: "Otto", at: new Date(5) },
        { kind: "setting", name: "memory", by: null, at: null },
      ],
    });
  });
});
