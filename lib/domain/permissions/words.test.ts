import { describe, expect, it } from "vitest";

import { changesBetween, changeWords, makeMatrix, normalMatrix, normalVerbs, peopleConcerned } from "./words.ts";

const none = makeMatrix(() => []);
const testers = makeMatrix((role, kind) => (role === "tester" && kind === "uat" ? ["view", "promote"] : []));
const deployers = makeMatrix((role, kind) => (role === "tester" && kind === "uat" ? ["view", "deploy"] : []));

describe("a matrix", () => {
  it("is put in order: every verb once, and view with every other", () => {
    expect(normalVerbs(["promote", "logs", "logs"])).toEqual(["view", "logs", "promote"]);
    expect(normalVerbs([])).toEqual([]);
    expect(normalMatrix(makeMatrix((_role, kind) => (kind === "demo" ? ["deploy"] : []))).ops.demo).toEqual(["view", "deploy"]);
  });

  it("says in words what changes", () => {
    expect(changesBetween(testers, deployers).map(changeWords)).toEqual(["tester · UAT: + deploy, − promote"]);
    expect(changesBetween(testers, testers)).toEqual([]);
    expect(changesBetween(none, testers).map(changeWords)).toEqual(["tester · UAT: + view, + promote"]);
  });

  it("counts each person once, whichever of his roles changes", () => {
    const holders = [
      { roles: ["developer"], people: 5 },
      { roles: ["developer", "tester"], people: 2 },
      { roles: ["tester"], people: 1 },
      { roles: ["ops"], people: 7 },
    ] as const;
    expect(peopleConcerned(holders, changesBetween(none, testers))).toBe(3);
    expect(
      peopleConcerned(
        holders,
        changesBetween(
          none,
          makeMatrix((role) => (role === "ops" ? [] : ["view"])),
        ),
      ),
    ).toBe(8);
    expect(peopleConcerned(holders, [])).toBe(0);
  });
});
