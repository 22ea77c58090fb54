import { describe, expect, it } from "vitest";

import { withVersion } from "../model/app-change.ts";
import { withDefaults } from "../model/defaults.ts";
import { taskEnvironment } from "./environment.ts";

const version = "2026-01-01T00:00:00.000Z";

function environmentOf(update: Parameters<typeof withDefaults>[1], ports: number[]): Record<string, string | undefined> {
  const app = withVersion(withDefaults("/a/b", update), version, "config");
  const lines = taskEnvironment({ app, taskId: "t", host: "h", ports, image: "img", sandbox: "/s" });
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

describe("a task's environment", () => {
  it("has host ports under every name, even on a bridge", () => {
    const mappings = [{ containerPort: 80, name: "web" }, { containerPort: 0 }];
    const update = { networks: [{ mode: "container/bridge" as const }], container: { docker: { image: "x" }, portMappings: mappings } };
    expect(environmentOf(update, [31_001, 31_002])).toMatchObject({
      PORT: "31001",
      PORT0: "31001",
      PORT1: "31002",
      PORTS: "31001,31002",
      PORT_80: "31001",
      PORT_WEB: "31001",
      PORT_31002: "31002",
    });
  });

  it("has the container's port where there is no host port", () => {
    const update = {
      networks: [{ mode: "container" as const, name: "n" }],
      container: { docker: { image: "x" }, portMappings: [{ containerPort: 80 }] },
    };
    expect(environmentOf(update, [0])["PORT0"]).toBe("80");
  });

  it("leaves out labels that are too long, and lets the app's own values win", () => {
    const labels = { "my.label": "v", long: "x".repeat(512), ["k".repeat(493)]: "v", fine: "x".repeat(511) };
    const environment = environmentOf({ labels, env: { MARATHON_APP_ID: "mine" } }, [31_001]);
    expect(environment).toMatchObject({ MARATHON_APP_LABELS: "MY_LABEL FINE", MARATHON_APP_LABEL_MY_LABEL: "v", MARATHON_APP_ID: "mine" });
    expect(environment).toMatchObject({
      MARATHON_APP_RESOURCE_CPUS: "1.0",
      MARATHON_APP_RESOURCE_MEM: "128.0",
      MESOS_SANDBOX: "/s",
      HOST: "h",
    });
  });
});
