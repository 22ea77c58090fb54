import { describe, expect, it } from "vitest";

import { addressOfPid, agentStateSchema, sandboxOf } from "./wire.ts";

describe("the address of an agent", () => {
  it.each([
    ["slave(1)@10.0.0.5:5051", "10.0.0.5:5051"],
    ["slave(1)@[::1]:5051", "[::1]:5051"],
    ["slave@agent-1.example:80", "agent-1.example:80"],
    ["slave(1)@10.0.0.5", null],
    ["slave(1)@10.0.0.5:99999", null],
    ["slave(1)@evil/path:80", null],
    ["slave(1)@user:pw@host:80", "host:80"],
    ["", null],
  ])("%j → %j", (pid, address) => {
    expect(addressOfPid(pid)).toBe(address);
  });
});

describe("the sandbox of a task", () => {
  const state = agentStateSchema.parse({
    frameworks: [
      { id: "other", executors: [{ id: "t1", directory: "/wrong" }] },
      {
        id: "f",
        executors: [
          { id: "t1", directory: "/s/t1", tasks: [{ id: "t1" }] },
          { id: "pod", type: "DEFAULT", directory: "/s/pod", tasks: [{ id: "t2" }] },
          { id: "custom", directory: "/s/custom", completed_tasks: [{ id: "t3" }] },
          { id: "t5" },
        ],
        completed_executors: [{ id: "t4", directory: "/s/t4" }],
      },
    ],
    completed_frameworks: [{ id: "f", completed_executors: [{ id: "t6", directory: "/s/t6" }, { id: 7 }] }],
  });

  it.each([
    ["t1", "/s/t1"],
    ["t2", "/s/pod/tasks/t2"],
    ["t3", "/s/custom"],
    ["t4", "/s/t4"],
    ["t5", null],
    ["t6", "/s/t6"],
    ["t7", null],
  ])("%s is %j", (task, directory) => {
    expect(sandboxOf(state, "f", task)).toBe(directory);
  });
});
