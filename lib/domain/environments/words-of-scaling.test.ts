import { describe, expect, it } from "vitest";

import { effectWords, instancesAtMost, roomFor, scaleEffect, type ScalingFacts } from "./words-of-scaling.ts";

const facts: ScalingFacts = { instances: 1, each: { cpus: 0.1, mem: 128 }, room: 4, stageInstances: 1, stopped: false };

describe("the room of a cluster", () => {
  it("counts whole instances on single hosts, not the sum of what is left over", () => {
    const hosts = [
      { cpus: 0.9, mem: 200 },
      { cpus: 0.9, mem: 200 },
    ];
    expect(roomFor(hosts, { cpus: 0.1, mem: 150 })).toBe(2);
    expect(roomFor(hosts, { cpus: 0.1, mem: 300 })).toBe(0);
  });

  it("is not short by one because tenths do not add up", () => {
    expect(roomFor([{ cpus: 0.3, mem: 1024 }], { cpus: 0.1, mem: 1 })).toBe(3);
  });

  it("is never negative, and bounded where a size is nothing", () => {
    expect(roomFor([{ cpus: -1, mem: 10 }], { cpus: 0.1, mem: 1 })).toBe(0);
    expect(roomFor([{ cpus: 1, mem: 10 }], { cpus: 0, mem: 0 })).toBe(instancesAtMost);
  });
});

describe("the effect of a scaling", () => {
  it("says what it takes and that it fits", () => {
    expect(scaleEffect(facts, 3)).toEqual({ from: 1, to: 3, cpus: 0.2, mem: 256, fits: true, room: 4 });
    expect(effectWords(scaleEffect(facts, 3), facts).join(" ")).toContain("takes 0.2 CPUs and 256 MiB of memory more");
  });

  it("says how many fit and what the others do", () => {
    const words = effectWords(scaleEffect(facts, 10), facts).join(" ");
    expect(scaleEffect(facts, 10).fits).toBe(false);
    expect(words).toContain("room for 4 of the 9 new ones");
    expect(words).toContain("what runs goes on running");
  });

  it("does not pretend to know what the cluster has free", () => {
    const unknown = { ...facts, room: null };
    expect(scaleEffect(unknown, 2).fits).toBeNull();
    expect(effectWords(scaleEffect(unknown, 2), unknown).join(" ")).toContain("not known");
  });

  it("always fits when it goes down", () => {
    const full = { ...facts, instances: 3, room: 0 };
    expect(scaleEffect(full, 1)).toMatchObject({ fits: true, cpus: -0.2, mem: -256 });
    expect(effectWords(scaleEffect(full, 1), full).join(" ")).toContain("gives 0.2 CPUs and 256 MiB of memory back");
  });
});
