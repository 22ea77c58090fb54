import { pino } from "pino";
import { describe, expect, it } from "vitest";

import { withVersion } from "../model/app-change.ts";
import { withDefaults } from "../model/defaults.ts";
import { settingsFrom } from "../options.ts";
import { type Task } from "../tasks/task.ts";
import { containerSpec } from "./container-spec.ts";

const options = {
  databaseUrl: "",
  docker: { socketPath: "" },
  credentials: { username: "a", password: "b" },
  instance: "i",
  workDir: "",
  log: pino({ level: "silent" }),
};

function spec(update: Parameters<typeof withDefaults>[1], ports: number[], more: Partial<Parameters<typeof settingsFrom>[0]> = {}) {
  const app = withVersion(withDefaults("/a", update), "2026-01-01T00:00:00.000Z", "config");
  const task: Task = {
    id: "t",
    instanceId: "i",
    appId: "/a",
    app,
    host: "h",
    stagedAt: "",
    ports,
    state: "TASK_STAGING",
    ipAddresses: [],
    containerId: null,
    message: "",
    killReason: null,
    startedAt: null,
    endedAt: null,
  };
  return containerSpec(settingsFrom({ ...options, ...more }), task, { environment: ["A=b"], network: { id: "net", aliases: [] } });
}

describe("a container's description", () => {
  it("runs commands by the shell and arguments by the image", () => {
    expect(spec({ cmd: "run me", container: { docker: { image: "x" } } }, [])).toMatchObject({
      Entrypoint: ["/bin/sh"],
      Cmd: ["-c", "run me"],
    });
    const withArgs = spec({ args: ["a", "b"], container: { docker: { image: "x" } } }, []);
    expect(withArgs.Cmd).toEqual(["a", "b"]);
    expect(withArgs.Entrypoint).toBeUndefined();
  });

  it("uses the host's network only when that is allowed", () => {
    const update = { container: { docker: { image: "x" } } };
    expect(spec(update, [31_001]).HostConfig).toMatchObject({
      NetworkMode: "net",
      PortBindings: { "31001/tcp": [{ HostIp: "127.0.0.2", HostPort: "31001" }] },
    });
    expect(spec(update, [31_001], { allowHostNetwork: true }).HostConfig).toMatchObject({ NetworkMode: "host", PortBindings: {} });
  });

  it("publishes each protocol of a mapping that has a host port, and no other", () => {
    const portMappings = [{ containerPort: 53, protocol: "udp,tcp" as const }, { containerPort: 80 }];
    const update = { networks: [{ mode: "container/bridge" as const }], container: { docker: { image: "x" }, portMappings } };
    expect(Object.keys(spec(update, [31_001, 0]).HostConfig?.PortBindings ?? {})).toEqual(["53/tcp", "53/udp"]);
  });

  it("holds the memory, the share and, when asked, the burst of processor time", () => {
    expect(spec({ mem: 32.5, cpus: 0.5 }, [], { cpuBurst: 4 }).HostConfig).toMatchObject({
      Memory: 33 * 1_048_576,
      MemorySwap: 33 * 1_048_576,
      CpuShares: 512,
      CpuPeriod: 100_000,
      CpuQuota: 200_000,
    });
  });
});
