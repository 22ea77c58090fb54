import { describe, expect, it } from "vitest";

import { readMarathonApp } from "./import.ts";

const old = {
  id: "/shop/web",
  cmd: null,
  args: ["--port", "8080"],
  instances: 3,
  cpus: 0.5,
  mem: 512,
  disk: 100,
  container: {
    type: "DOCKER",
    docker: {
      image: "registry.example.org/shop:1",
      network: "BRIDGE",
      privileged: true,
      forcePullImage: true,
      parameters: [
        { key: "ulimit", value: "nofile=1024" },
        { key: "volume", value: "/srv:/srv" },
        { key: "name", value: "shop" },
      ],
      portMappings: [
        { containerPort: 8080, hostPort: 31_000, servicePort: 10_000 },
        { containerPort: 9090, name: "admin" },
      ],
    },
    volumes: [{ hostPath: "/srv", containerPath: "/srv", mode: "RW" }],
  },
  env: { MODE: "shop", PASSWORD: "a secret" },
  uris: ["https://files.example.org/docker.tar.gz", "https://files.example.org/tool.tar.gz"],
  labels: { team: "shop", HAPROXY_GROUP: "internal", HAPROXY_0_VHOST: "shop.example.org" },
  constraints: [["hostname", "UNIQUE"]],
  healthChecks: [
    { protocol: "HTTP", path: "/healthz", portIndex: 0, intervalSeconds: 10, gracePeriodSeconds: 30 },
    { protocol: "TCP", portIndex: 1 },
  ],
  upgradeStrategy: { minimumHealthCapacity: 0.5 },
  backoffSeconds: 2,
};
const read = (app: unknown, layer: "project" | "stage" = "project", allowed: readonly string[] = []) =>
  readMarathonApp(JSON.stringify(app, null, 2), layer, allowed);
const leftOf = (app: unknown, layer: "project" | "stage" = "project") => read(app, layer).left.map(({ what }) => what);

describe("the JSON of an app", () => {
  it("becomes settings of the project, with port and health path", () => {
    const { settings, project, size, problems } = read(old);
    expect(problems).toEqual([]);
    expect(project).toEqual({ port: 8080, healthPath: "/healthz" });
    expect(size).toEqual({});
    expect(settings).toMatchObject({
      start: { kind: "arguments", arguments: ["--port", "8080"] },
      network: "bridge",
      disk: 100,
      forcePull: true,
      parameters: [{ key: "ulimit", value: "nofile=1024" }],
      fetch: [{ uri: "https://files.example.org/tool.tar.gz", extract: true }],
      labels: { team: "shop" },
      routing: { kind: "marathon-lb", group: "internal" },
      constraints: [{ field: "hostname", operator: "UNIQUE", value: null }],
      health: { intervalSeconds: 10, timeoutSeconds: 20, gracePeriodSeconds: 30, maxConsecutiveFailures: 3 },
      healthChecks: [{ protocol: "TCP", portIndex: 1 }],
      upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 1 },
      backoff: { seconds: 2 },
    });
    expect(settings.ports?.map(({ name, containerPort }) => [name, containerPort])).toEqual([["admin", 9090]]);
  });

  it("gives a stage its size, and port and health path to nobody", () => {
    const { size, project } = read(old, "stage");
    expect(size).toEqual({ instances: 3, cpus: 0.5, mem: 512 });
    expect(project).toEqual({});
  });

  it("leaves out what is Berth's or gives power over hosts, and says why for each", () => {
    const left = read(old).left;
    const words = left.map(({ what, why }) => `${what}: ${why}`).join("\n");
    for (const part of [
      "id",
      "image",
      "env",
      "instances, cpus, mem",
      "docker.tar.gz",
      "labels HAPROXY_*",
      "container.docker.privileged",
      "container.volumes",
    ])
      expect(left.map(({ what }) => what)).toContainEqual(expect.stringContaining(part));
    expect(words).toContain("volume=/srv:/srv gives power over the hosts");
    expect(words).toContain("name: Marathon names the containers");
    expect(words).not.toContain("a secret");
  });

  it("takes a power that was allowed for the project", () => {
    expect(read(old, "project", ["volume=/srv:/srv"]).settings.parameters).toContainEqual({ key: "volume", value: "/srv:/srv" });
  });

  it("sets nothing that it does not mention", () => {
    expect(read({ id: "/x", cmd: "sleep 60" }).settings).toEqual({
      start: { kind: "command", command: "sleep 60" },
      network: "host",
      requirePorts: false,
      ports: [],
    });
    expect(leftOf({ id: "/x", cmd: "sleep 60" })).toEqual(["id"]);
  });

  it("keeps a readiness check of the first port under that port's new name", () => {
    const docker = { ...old.container.docker, portMappings: [{ containerPort: 8080, name: "web" }] };
    const app = { ...old, container: { docker }, readinessChecks: [{ portName: "web", path: "/ready" }] };
    expect(read(app).settings.readinessCheck).toMatchObject({ portName: "http", path: "/ready" });
  });

  it("that is none is refused with the line that is wrong", () => {
    expect(readMarathonApp('{\n  "id": "/x",\n  "mem": "lots"\n}', "project", []).problems).toMatchObject([{ line: 3, what: "mem" }]);
    expect(readMarathonApp("{", "project", []).problems).toHaveLength(1);
    expect(readMarathonApp('[{"id":"/a","cmd":"x"},{"id":"/b","cmd":"x"}]', "project", []).problems).toHaveLength(1);
    expect(readMarathonApp("x".repeat(1_100_000), "project", []).problems).toHaveLength(1);
  });
});
