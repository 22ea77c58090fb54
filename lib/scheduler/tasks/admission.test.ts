import { describe, expect, it } from "vitest";

import { withVersion } from "../model/app-change.ts";
import { withDefaults } from "../model/defaults.ts";
import { rejectReason } from "./admission.ts";

const place = {
  hostname: "h",
  attributes: { rack: "r1", "cpu-kind": "x" },
  capacity: { cpus: 2, mem: 100, disk: 10 },
  promised: { cpus: 1, mem: 50, disk: 0 },
  siblings: 1,
};

describe("one more task", () => {
  it.each([
    [{ cpus: 1, mem: 50 }, null],
    [{ cpus: 1.1, mem: 50 }, "InsufficientCpus"],
    [{ cpus: 1, mem: 51 }, "InsufficientMemory"],
    [{ cpus: 1, mem: 1, disk: 11 }, "InsufficientDisk"],
    [{ mem: 1, constraints: [["hostname", "UNIQUE"]] }, "UnfulfilledConstraint"],
    [{ mem: 1, constraints: [["@hostname", "MAX_PER", "2"]] }, null],
    [{ mem: 1, constraints: [["hostname", "MAX_PER", "1"]] }, "UnfulfilledConstraint"],
    [{ mem: 1, constraints: [["hostname", "CLUSTER", "h"]] }, null],
    [{ mem: 1, constraints: [["hostname", "LIKE", "[a-h]"]] }, null],
    [{ mem: 1, constraints: [["hostname", "LIKE", "("]] }, "UnfulfilledConstraint"],
    [{ mem: 1, constraints: [["hostname", "UNLIKE", "x.*"]] }, null],
    [{ mem: 1, constraints: [["shelf", "GROUP_BY"]] }, "UnfulfilledConstraint"],
    [{ mem: 1, constraints: [["shelf", "UNLIKE", "x"]] }, null],
    [{ mem: 1, constraints: [["rack", "GROUP_BY", "2"]] }, null],
    [{ mem: 1, constraints: [["rack", "IS", "r1"]] }, null],
    [{ mem: 1, constraints: [["rack", "IS", "r2"]] }, "UnfulfilledConstraint"],
    [{ mem: 1, constraints: [["rack", "CLUSTER"]] }, null],
    [{ mem: 1, constraints: [["cpu-kind", "UNIQUE"]] }, "UnfulfilledConstraint"],
    [{ mem: 1, acceptedResourceRoles: ["prod"] }, "UnfulfilledRole"],
    [{ mem: 1, acceptedResourceRoles: ["prod", "*"] }, null],
  ])("of %j: %s", (update, reason) => {
    const app = withVersion(withDefaults("/a", update), "2026-01-01T00:00:00.000Z", "config");
    expect(rejectReason(app, place)).toBe(reason);
  });
});
