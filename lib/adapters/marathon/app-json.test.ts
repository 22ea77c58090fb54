import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import Ajv from "ajv-draft-04";
import { describe, expect, it } from "vitest";

import { renderApp, toAppJson } from "./app-json.ts";
import { type AppDefinition, type AppSpec, definitionOf } from "./definition.ts";
import { dialectOf } from "./dialect.ts";

const schemas =
  process.env["BERTH_MARATHON_SCHEMAS"] ?? fileURLToPath(new URL("../../../../shared/reference/marathon-schemas", import.meta.url));

const plain: AppSpec = {
  id: "/berth/shop/review/issue-1",
  image: "127.0.0.1:5000/shop@sha256:0123",
  env: { PORT: "8080", WORDS: 'ü "quoted" \n$HOME', EMPTY: "" },
  labels: { "berth.instance": "i", "berth.environment": "e" },
  instances: 2,
  cpus: 0.25,
  mem: 256,
  port: 8080,
  health: { path: "/health", intervalSeconds: 5, timeoutSeconds: 4, gracePeriodSeconds: 60, maxConsecutiveFailures: 3 },
  upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 0.5 },
};
const specs: Record<string, AppSpec> = {
  plain,
  bare: { ...plain, env: {}, labels: {}, health: null, instances: 0 },
  command: { ...plain, command: "exec node server.js" },
  everything: {
    ...plain,
    args: ["--port", "8080"],
    disk: 512,
    killGraceSeconds: 5,
    forcePull: true,
    backoff: { seconds: 2, factor: 1.5, maxSeconds: 120 },
  },
};
const old = dialectOf("1.4.13");
const modern = dialectOf("1.5.15");

/** All nine published versions, and the new Marathon that still takes the old form. */
const versions = [
  ["v0.8.2", dialectOf("0.8.2")],
  ["v0.11.1", dialectOf("0.11.1")],
  ["v0.15.6", dialectOf("0.15.6")],
  ["v1.1.7", dialectOf("1.1.7")],
  ["v1.3.14", dialectOf("1.3.14")],
  ["v1.4.13", old],
  ["v1.5.15", old],
  ["v1.5.15", modern],
  ["v1.6.590", modern],
  ["v1.7.236", modern],
] as const;

const definition = definitionOf(plain);
const check = definition.healthChecks[0];
/** Whole definitions, and the first release that can say them. */
const definitions: Record<string, { since: number; app: AppDefinition }> = {
  "a host network": {
    since: 8,
    app: {
      ...definition,
      network: "host",
      requirePorts: true,
      ports: [
        { containerPort: 0, hostPort: 0, servicePort: 8080, protocol: "tcp", name: "http", labels: { VIP_0: "/web:80" } },
        { containerPort: 0, hostPort: 0, servicePort: 0, protocol: "udp", name: null, labels: {} },
      ],
    },
  },
  "a command without a container": {
    since: 8,
    app: { ...definition, image: null, network: "host", ports: [], start: { kind: "command", command: "sleep 60" } },
  },
  "Docker's own parameters": { since: 11, app: { ...definition, parameters: [{ key: "ulimit", value: "nofile=1024" }], forcePull: true } },
  "two mappings": {
    since: 8,
    app: {
      ...definition,
      ports: [
        { containerPort: 8080, hostPort: 0, servicePort: 10_000, protocol: "tcp", name: "http", labels: {} },
        { containerPort: 0, hostPort: 31_500, servicePort: 0, protocol: "udp", name: "dns", labels: { a: "b" } },
      ],
    },
  },
  artifacts: {
    since: 8,
    app: {
      ...definition,
      fetch: [{ uri: "https://example.org/docker.tar.gz", extract: true, executable: false, cache: false, destPath: null }],
    },
  },
  "artifacts with a path": {
    since: 1004,
    app: {
      ...definition,
      fetch: [{ uri: "https://example.org/tool", extract: false, executable: true, cache: true, destPath: "bin/tool" }],
    },
  },
  constraints: {
    since: 8,
    app: {
      ...definition,
      constraints: [
        { field: "hostname", operator: "UNIQUE", value: null },
        { field: "rack", operator: "GROUP_BY", value: "3" },
      ],
    },
  },
  "every kind of check": {
    since: 15,
    app: {
      ...definition,
      healthChecks:
        check === undefined
          ? []
          : [
              check,
              { ...check, protocol: "TCP", path: null, portIndex: null, port: 9000 },
              { ...check, protocol: "COMMAND", path: null, portIndex: null, command: "test -f /ready" },
            ],
    },
  },
  "a check by the agent": {
    since: 1004,
    app: { ...definition, healthChecks: check === undefined ? [] : [{ ...check, protocol: "MESOS_HTTP" }] },
  },
  "a readiness check": {
    since: 1001,
    app: {
      ...definition,
      readinessCheck: {
        name: "ready",
        protocol: "HTTP",
        path: "/ready",
        portName: "http",
        intervalSeconds: 5,
        timeoutSeconds: 3,
        readyStatuses: [200, 204],
      },
    },
  },
};

describe("the app Marathon is told to run", () => {
  describe.skipIf(!existsSync(schemas))("is valid by the schema Marathon itself published", () => {
    for (const [version, info] of versions) {
      const written = info.release < 11 ? ["plain", "bare", "command"] : Object.keys(specs);
      it.each(written)(`${version}, written for ${info.release}: %s`, (name) => {
        const validate = validator(version);
        const spec = specs[name];
        if (!spec) throw new Error("no spec");
        validate({ ...toAppJson(spec, info), ...plainId(info.release) });
        expect(validate.errors ?? []).toEqual([]);
      });
      it.each(Object.entries(definitions).filter(([, { since }]) => info.release >= since))(
        `${version}, written for ${info.release}: %s`,
        (_name, { app }) => {
          const validate = validator(version);
          validate({ ...renderApp(app, info), ...plainId(info.release) });
          expect(validate.errors ?? []).toEqual([]);
        },
      );
    }

    it("and that schema does refuse what Marathon refuses", () => {
      const validate = validator("v1.5.15");
      expect(validate({ ...toAppJson(plain, modern), tasks: [] })).toBe(false);
      expect(validate({ ...toAppJson(plain, modern), upgradeStrategy: { minimumHealthCapacity: 2 } })).toBe(false);
    });
  });

  it.runIf(!existsSync(schemas))(`is not compared with Marathon's own schemas: ${schemas} is not there`, () => {
    expect(existsSync(schemas)).toBe(false);
  });

  it.each(Object.entries(definitions).filter(([, { since }]) => since > 8))(
    "is refused, and not cut down, where Marathon is too old for %s",
    (_name, { app, since }) => {
      const release = since - 1;
      expect(() => renderApp(app, dialectOf(`${Math.floor(release / 1000)}.${release % 1000}`))).toThrowError(
        expect.objectContaining({ code: "marathon_refused", detail: expect.stringContaining("too old") }),
      );
    },
  );

  it("empties what it no longer has where Marathon keeps what is not mentioned", () => {
    expect(toAppJson(plain, dialectOf("1.3.14"))).toMatchObject({ constraints: [], fetch: [], readinessChecks: [] });
    expect(toAppJson(plain, dialectOf("0.11.1"))).toMatchObject({ constraints: [], uris: [] });
    expect(Object.keys(toAppJson(plain, modern))).not.toContain("constraints");
  });

  it("holds exactly these fields in the new form", () => {
    expect(toAppJson(plain, modern)).toEqual({
      id: "/berth/shop/review/issue-1",
      env: plain.env,
      labels: plain.labels,
      instances: 2,
      cpus: 0.25,
      mem: 256,
      disk: 0,
      container: {
        type: "DOCKER",
        docker: { image: plain.image, forcePullImage: false, privileged: false },
        portMappings: [{ containerPort: 8080, hostPort: 0, protocol: "tcp", name: "http" }],
      },
      networks: [{ mode: "container/bridge" }],
      healthChecks: [
        {
          protocol: "HTTP",
          path: "/health",
          portIndex: 0,
          intervalSeconds: 5,
          timeoutSeconds: 4,
          gracePeriodSeconds: 60,
          maxConsecutiveFailures: 3,
        },
      ],
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0.5 },
    });
  });

  it("says bridge network and ports the old way to an old Marathon", () => {
    const json = toAppJson(plain, old);
    expect(json["networks"]).toBeUndefined();
    expect(json["container"]).toMatchObject({ docker: { network: "BRIDGE", portMappings: [{ containerPort: 8080, hostPort: 0 }] } });
  });

  it("takes over nothing a spec should not have", () => {
    const sly = {
      ...plain,
      privileged: true,
      container: { volumes: [] },
      fetch: [{ uri: "file:///etc/shadow" }],
      user: "root",
      acceptedResourceRoles: ["*"],
    };
    expect(toAppJson(sly, modern)).toEqual(toAppJson(plain, modern));
  });

  it("has a command or arguments, not both", () => {
    expect(() => toAppJson({ ...plain, command: "a", args: ["b"] }, modern)).toThrowError(
      expect.objectContaining({ code: "marathon_refused" }),
    );
  });
});

/** Up to 0.11 the published schema forgot that ids have had groups in them since 0.7. */
const plainId = (release: number): { id?: string } => (release < 15 ? { id: "/issue-1" } : {});

function validator(version: string) {
  const schema: unknown = JSON.parse(readFileSync(join(schemas, "schema", version, "AppDefinition.json"), "utf8"));
  if (typeof schema !== "object" || schema === null) throw new Error("no schema");
  // They are draft 4 but name no draft.
  return new Ajv({ strict: false, allErrors: true, formats: { "date-time": true } }).compile({
    ...schema,
    $schema: "http://json-schema.org/draft-04/schema#",
  });
}
