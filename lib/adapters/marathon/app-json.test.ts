import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import Ajv from "ajv-draft-04";
import { describe, expect, it } from "vitest";

import { toAppJson } from "./app-json.ts";
import type { AppSpec } from "./model.ts";

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
const old = { dialect: "1.4", fullReplacement: true } as const;
const older = { dialect: "1.4", fullReplacement: false } as const;
const modern = { dialect: "1.5", fullReplacement: true } as const;

/** The published versions and how Berth writes to them. Before 1.1 a port mapping had no name: those are not written to in tests. */
const versions = [
  ["v1.1.7", older],
  ["v1.3.14", older],
  ["v1.4.13", old],
  ["v1.5.15", old],
  ["v1.5.15", modern],
  ["v1.6.590", modern],
  ["v1.7.236", modern],
] as const;

describe("the app Marathon is told to run", () => {
  describe.skipIf(!existsSync(schemas))("is valid by the schema Marathon itself published", () => {
    for (const [version, info] of versions) {
      it.each(Object.keys(specs))(`${version}, written for ${info.dialect}: %s`, (name) => {
        const validate = validator(version);
        const spec = specs[name];
        if (!spec) throw new Error("no spec");
        validate(toAppJson(spec, info));
        expect(validate.errors ?? []).toEqual([]);
      });
    }

    it("and that schema does refuse what Marathon refuses", () => {
      const validate = validator("v1.5.15");
      expect(validate({ ...toAppJson(plain, modern), tasks: [] })).toBe(false);
      expect(validate({ ...toAppJson(plain, modern), upgradeStrategy: { minimumHealthCapacity: 2 } })).toBe(false);
    });
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

function validator(version: string) {
  const schema: unknown = JSON.parse(readFileSync(join(schemas, "schema", version, "AppDefinition.json"), "utf8"));
  if (typeof schema !== "object" || schema === null) throw new Error("no schema");
  // They are draft 4 but name no draft.
  return new Ajv({ strict: false, allErrors: true, formats: { "date-time": true } }).compile({
    ...schema,
    $schema: "http://json-schema.org/draft-04/schema#",
  });
}
