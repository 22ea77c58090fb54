import { describe, expect, it } from "vitest";

import { parseAppInput } from "./app-input.ts";
import { modernise } from "./dialect.ts";

function modern(body: unknown) {
  return modernise(parseAppInput(body));
}

describe("an app in the words of before 1.5", () => {
  it.each([
    [
      { container: { docker: { image: "x", network: "BRIDGE" } } },
      { networks: [{ mode: "container/bridge" }], container: { docker: { image: "x" } } },
    ],
    [{ container: { docker: { image: "x", network: "HOST" } } }, { networks: [{ mode: "host" }], container: { docker: { image: "x" } } }],
    [
      { container: { docker: { image: "x", network: "USER" } }, ipAddress: { networkName: "n" } },
      { networks: [{ mode: "container", name: "n" }], container: { docker: { image: "x" } } },
    ],
    [
      { container: { docker: { image: "x", portMappings: [{ containerPort: 1 }] } } },
      { container: { docker: { image: "x" }, portMappings: [{ containerPort: 1 }] } },
    ],
    [
      { uris: ["http://a/b.tgz", "http://a/b.txt"] },
      {
        fetch: [
          { uri: "http://a/b.tgz", extract: true },
          { uri: "http://a/b.txt", extract: false },
        ],
      },
    ],
    [{ uris: [] }, {}],
    [
      { ports: [0, 1] },
      {
        portDefinitions: [
          { port: 0, name: "default" },
          { port: 1, name: "port1" },
        ],
      },
    ],
    [{ ports: [7], portDefinitions: [{ port: 7, name: "web" }] }, { portDefinitions: [{ port: 7, name: "web" }] }],
    [{ ports: [7], networks: [{ mode: "container/bridge" }] }, { networks: [{ mode: "container/bridge" }] }],
    [{ cmd: null, instances: 2 }, { instances: 2 }],
  ])("%j becomes %j", (old, expected) => {
    expect(modern(old)).toEqual(expected);
  });

  it.each([
    [
      { container: { docker: { network: "BRIDGE" } }, networks: [{ mode: "host" }] },
      "must not specify both container.docker.network and networks",
    ],
    [{ ipAddress: {}, networks: [{ mode: "host" }] }, "ipAddress"],
    [{ uris: ["a"], fetch: [{ uri: "b" }] }, "may not be set in conjunction with fetch"],
    [{ ports: [1], portDefinitions: [{ port: 2 }] }, "cannot specify both ports and port definitions"],
  ])("%j says two things and is refused", (body, message) => {
    expect(() => modern(body)).toThrow(message);
  });

  it("names the place of a wrong type", () => {
    expect(() => parseAppInput({ healthChecks: [{ path: 3 }] })).toThrow(
      expect.objectContaining({ kind: "wrongShape", details: [{ path: "/healthChecks(0)/path", errors: ["error.expected.jsstring"] }] }),
    );
  });
});
