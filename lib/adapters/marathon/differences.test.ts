import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { renderApp, toAppJson } from "./app-json.ts";
import { type AppDefinition, type AppSpec, definitionOf } from "./definition.ts";
import { dialectOf } from "./dialect.ts";
import { differencesOf } from "./differences.ts";

const shared =
  process.env["BERTH_MARATHON_SCHEMAS"] ?? fileURLToPath(new URL("../../../../shared/reference/marathon-schemas", import.meta.url));

const spec: AppSpec = {
  id: "/berth/shop/review/issue-1",
  image: "shop@sha256:0123",
  env: { PORT: "8080", PASSWORD: "hunter2-hunter2" },
  labels: { "berth.release": "r-1" },
  instances: 2,
  cpus: 0.25,
  mem: 256,
  port: 8080,
  health: { path: "/health", intervalSeconds: 5, timeoutSeconds: 4, gracePeriodSeconds: 60, maxConsecutiveFailures: 3 },
  upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  killGraceSeconds: 5,
};

/** What a server makes of what it was sent: everything it fills in by itself, in the words of its age. */
const added = {
  old: {
    cmd: null,
    args: null,
    user: null,
    executor: "",
    constraints: [],
    uris: [],
    fetch: [],
    storeUrls: [],
    ports: [10_001],
    portDefinitions: [{ port: 10_001, protocol: "tcp", labels: {} }],
    requirePorts: false,
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 3600,
    dependencies: [],
    acceptedResourceRoles: null,
    ipAddress: null,
    residency: null,
    secrets: {},
    gpus: 0,
    readinessChecks: [],
    unreachableStrategy: { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 },
    killSelection: "YOUNGEST_FIRST",
    version: "2020-01-01T00:00:00.000Z",
    versionInfo: { lastScalingAt: "x", lastConfigChangeAt: "x" },
    tasksStaged: 0,
    tasksRunning: 2,
    tasksHealthy: 2,
    tasksUnhealthy: 0,
    deployments: [{ id: "d" }],
    tasks: [{ id: "t" }],
    lastTaskFailure: null,
  },
  modern: {
    executor: "",
    requirePorts: false,
    backoffSeconds: 1,
    backoffFactor: 1.15,
    maxLaunchDelaySeconds: 300,
    gpus: 0,
    role: "slave_public",
    tty: false,
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    killSelection: "YOUNGEST_FIRST",
    version: "2020-01-01T00:00:00.000Z",
    versionInfo: { lastScalingAt: "x", lastConfigChangeAt: "x" },
    tasks: [],
    deployments: [],
    tasksRunning: 0,
  },
};

/** Deep enough for JSON: sets the value at a path. */
function withValue(json: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(json)) return json.map((item, index) => (index === first ? withValue(item, rest, value) : item));
  const object = typeof json === "object" && json !== null ? Object.fromEntries(Object.entries(json)) : {};
  return { ...object, [first]: withValue(object[first], rest, value) };
}

const answered = (version: string): unknown => {
  const dialect = dialectOf(version);
  const isOld = dialect.dialect === "1.4";
  const sent = JSON.parse(JSON.stringify(toAppJson(spec, dialect)));
  const json = { ...sent, ...(isOld ? added.old : added.modern) };
  const mappings = isOld ? ["container", "docker", "portMappings", 0] : ["container", "portMappings", 0];
  const more = withValue(withValue(json, [...mappings, "servicePort"], 10_001), [...mappings, "labels"], {});
  return withValue(withValue(more, ["container", "volumes"], []), ["healthChecks", 0, "ignoreHttp1xx"], false);
};

describe("an app as Marathon answers it", () => {
  it.each(["0.11.1", "0.15.6", "1.1.7", "1.3.14", "1.4.13", "1.5.15", "1.10.26"])(
    "%s: what it filled in by itself is no difference",
    (version) => {
      expect(differencesOf(spec, answered(version), dialectOf(version))).toEqual([]);
    },
  );

  const modern = dialectOf("1.8.0");
  it.each([
    ["instances", ["instances"], 5, { field: "instances", wanted: "2", seen: "5" }],
    ["memory", ["mem"], 64, { field: "memory", wanted: "256", seen: "64" }],
    ["the image", ["container", "docker", "image"], "other", { field: "image", wanted: "shop@sha256:0123", seen: "other" }],
    ["a variable, without its value", ["env", "PASSWORD"], "stolen", { field: "variable PASSWORD", wanted: null, seen: null }],
    ["a new variable", ["env", "DEBUG"], "1", { field: "variable DEBUG", wanted: "none", seen: null }],
    ["a secret in place of a value", ["env", "PORT"], { secret: "s" }, { field: "variable PORT" }],
    ["a label", ["labels", "team"], "x", { field: "label team", wanted: "none", seen: "x" }],
    ["a command", ["cmd"], "sleep 5", { field: "command" }],
    ["the network", ["networks"], [{ mode: "host" }], { field: "network", wanted: "bridge", seen: "host" }],
    ["the container's port", ["container", "portMappings", 0, "containerPort"], 80, { field: "ports", wanted: "8080/tcp", seen: "80/tcp" }],
    ["the health check", ["healthChecks"], [], { field: "health checks" }],
    ["the upgrade strategy", ["upgradeStrategy", "maximumOverCapacity"], 0, { field: "maximum over capacity", wanted: "1", seen: "0" }],
    ["the grace period", ["taskKillGracePeriodSeconds"], 60, { field: "kill grace period", wanted: "5", seen: "60" }],
    ["a privileged container", ["container", "docker", "privileged"], true, { field: "container.docker.privileged", seen: "set" }],
    [
      "a volume of the host",
      ["container", "volumes"],
      [{ hostPath: "/", containerPath: "/host", mode: "RW" }],
      { field: "container.volumes" },
    ],
    ["a user", ["user"], "root", { field: "user" }],
    ["constraints", ["constraints"], [["hostname", "UNIQUE"]], { field: "constraints" }],
  ])("shows what was edited by hand: %s", (_what, path, value, expected) => {
    const differences = differencesOf(spec, withValue(answered("1.8.0"), path, value), modern);
    expect(differences).toContainEqual(expect.objectContaining(expected));
    expect(JSON.stringify(differences)).not.toMatch(/hunter2|stolen/);
  });

  it("is one difference when it is no app any more", () => {
    expect(differencesOf(spec, { id: 7 }, modern)).toEqual([{ field: "definition", wanted: null, seen: null }]);
    expect(differencesOf(spec, null, modern)).toHaveLength(1);
  });

  it("is the same app whatever the dialect it is written and read in", () => {
    const whole: AppDefinition = {
      ...definitionOf(spec),
      start: { kind: "arguments", arguments: ["serve", ""] },
      disk: 10,
      parameters: [{ key: "label", value: "a=b" }],
      fetch: [{ uri: "https://example.org/a.zip", extract: true, executable: false, cache: false, destPath: null }],
      constraints: [{ field: "hostname", operator: "LIKE", value: "a.*" }],
      backoff: { seconds: 2, factor: 1.5, maxSeconds: 60 },
    };
    for (const version of ["0.11.1", "0.15.6", "1.1.7", "1.4.13", "1.5.15"]) {
      const dialect = dialectOf(version);
      expect(differencesOf(whole, JSON.parse(JSON.stringify(renderApp(whole, dialect))), dialect)).toEqual([]);
      const host: AppDefinition = {
        ...whole,
        network: "host",
        ports: [{ containerPort: 0, hostPort: 0, servicePort: 0, protocol: "tcp", name: null, labels: {} }],
      };
      const json = JSON.parse(JSON.stringify(renderApp(host, dialect)));
      expect(
        differencesOf(
          host,
          {
            ...json,
            ...(dialect.release < 1001 ? { ports: [10_000] } : { portDefinitions: [{ port: 10_000, protocol: "tcp", name: "default" }] }),
          },
          dialect,
        ),
      ).toEqual([]);
    }
  });

  it.skipIf(!existsSync(shared))("reads every app of Marathon's published lists", () => {
    for (const version of ["v0.15.6", "v1.1.7", "v1.3.14", "v1.4.13", "v1.5.15", "master-90619da"]) {
      const { apps } = JSON.parse(readFileSync(join(shared, "examples", version, "app_list.json"), "utf8"));
      for (const app of apps)
        expect(differencesOf(spec, app, dialectOf(version.slice(1)))).not.toContainEqual(expect.objectContaining({ field: "definition" }));
    }
  });
});
