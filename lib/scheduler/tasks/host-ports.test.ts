import { createServer } from "node:net";

import { describe, expect, it } from "vitest";

import { withVersion } from "../model/app-change.ts";
import { withDefaults } from "../model/defaults.ts";
import { endpointsOf } from "../model/endpoints.ts";
import { busyPort, createHostPorts } from "./host-ports.ts";

function app(...hostPorts: number[]) {
  const update = {
    networks: [{ mode: "container/bridge" as const }],
    container: { docker: { image: "x" }, portMappings: hostPorts.map((hostPort) => ({ containerPort: 80, hostPort })) },
  };
  return withVersion(withDefaults("/a", update), "2026-01-01T00:00:00.000Z", "config");
}

describe("host ports", () => {
  it("go round, so that a freed one rests", () => {
    const ports = createHostPorts([1, 3], () => 0);
    expect(ports.reserve(app(0))).toEqual([1]);
    ports.release([1]);
    expect(ports.reserve(app(0))).toEqual([2]);
    expect(ports.reserve(app(0, 0))).toEqual([3, 1]);
    expect(ports.reserve(app(0))).toBeNull();
  });

  it("that are wished for are given when free and in the range, before others take them", () => {
    const ports = createHostPorts([1, 3], () => 0);
    expect(ports.reserve(app(0, 1))).toEqual([2, 1]);
    expect(ports.reserve(app(1))).toBeNull();
    expect(ports.reserve(app(80))).toBeNull();
    expect(ports.reserve(app(0, 80))).toBeNull();
    expect(ports.reserve(app(3))).toEqual([3]);
  });

  it("of earlier tasks are taken", () => {
    const ports = createHostPorts([1, 2], () => 0);
    ports.adopt([1, 0]);
    expect(ports.reserve(app(0))).toEqual([2]);
  });

  it("that something else listens on are found", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, () => resolve()));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await busyPort("127.0.0.1", [0, port], endpointsOf(app(0, 0)))).toBe(port);
    await new Promise((resolve) => server.close(resolve));
    expect(await busyPort("127.0.0.1", [0, port], endpointsOf(app(0, 0)))).toBeNull();
  });
});
