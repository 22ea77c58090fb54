import { describe, expect, it } from "vitest";

import { appSettings } from "./schema.ts";

const fits = (settings: unknown) => appSettings.safeParse(settings).success;

describe("settings of an app", () => {
  it.each([
    ["a field nobody knows", { telepathy: true }],
    ["a negative disk", { disk: -1 }],
    ["a disk in words", { disk: "1 GB" }],
    ["a network that is none", { network: "none" }],
    ["an empty command", { start: { kind: "command", command: "" } }],
    ["a command with NUL", { start: { kind: "command", command: "a\0b" } }],
    ["a command and arguments", { start: { kind: "command", command: "a", arguments: ["b"] } }],
    ["a port beyond all ports", { ports: [{ containerPort: 65_536 }] }],
    ["a port's name in capitals", { ports: [{ name: "Admin" }] }],
    ["too many ports", { ports: Array.from({ length: 21 }, () => ({})) }],
    ["a parameter that is no option", { parameters: [{ key: "a b", value: "" }] }],
    ["a parameter with a line break", { parameters: [{ key: "label", value: "a\nb" }] }],
    ["an artifact by a scheme of its own", { fetch: [{ uri: "gopher://x/y" }] }],
    ["an artifact with a password", { fetch: [{ uri: "https://user:pass@example.org/x" }] }],
    ["an artifact outside the sandbox", { fetch: [{ uri: "https://example.org/x", destPath: "../x" }] }],
    ["an artifact at the root", { fetch: [{ uri: "https://example.org/x", destPath: "/x" }] }],
    ["UNIQUE with a value", { constraints: [{ field: "hostname", operator: "UNIQUE", value: "x" }] }],
    ["LIKE without one", { constraints: [{ field: "hostname", operator: "LIKE" }] }],
    ["MAX_PER with words", { constraints: [{ field: "hostname", operator: "MAX_PER", value: "many" }] }],
    ["a check by a command without it", { healthChecks: [{ protocol: "COMMAND" }] }],
    ["a share beyond all", { upgrade: { minimumHealthCapacity: 1.1, maximumOverCapacity: 0 } }],
    ["a back-off that grows smaller", { backoff: { seconds: 1, factor: 0.5, maxSeconds: 10 } }],
    ["a label without a name", { labels: { "": "x" } }],
    ["a router that could say something else", { routing: { kind: "traefik-2", entryPoints: ["a`b"] } }],
    ["a balancer nobody knows", { routing: { kind: "nginx" } }],
  ])("refuse %s", (_what, settings) => {
    expect(fits(settings)).toBe(false);
  });

  it("fill in what is left out of an entry", () => {
    expect(appSettings.parse({ ports: [{ containerPort: 81 }], healthChecks: [{ protocol: "TCP" }] })).toEqual({
      ports: [{ containerPort: 81, hostPort: 0, servicePort: 0, protocol: "tcp", name: null, labels: {} }],
      healthChecks: [
        {
          protocol: "TCP",
          path: null,
          portIndex: 0,
          command: null,
          intervalSeconds: 60,
          timeoutSeconds: 20,
          gracePeriodSeconds: 300,
          maxConsecutiveFailures: 3,
        },
      ],
    });
  });
});
