import { describe, expect, it } from "vitest";

import { parseMarathonApp, exportMarathonApp } from "#lib/adapters/marathon/import-app.ts";
import { isBerthError } from "#lib/core/errors.ts";
import { contradictionsIn, reservedIn } from "#lib/domain/app-settings/gates.ts";
import { wholeOf } from "#lib/domain/app-settings/resolve.ts";
import { type AppSettings, type AppSettingsInput, appSettings } from "#lib/domain/app-settings/schema.ts";
import { appDefinitionOf } from "#lib/domain/environments/app-spec.ts";

import { hasSchemas, loadSchemas } from "./schemas.ts";

/** Of every setting the values that are written differently; every combination of them is sent. */
const choices: { readonly [name in keyof AppSettingsInput]-?: readonly AppSettingsInput[name][] } = {
  start: [undefined, { kind: "command", command: "exec node server.js" }, { kind: "arguments", arguments: ["--port", "8080", ""] }],
  network: ["bridge", "host"],
  requirePorts: [false, true],
  ports: [
    undefined,
    [
      { name: "admin", containerPort: 9090, labels: { VIP_0: "/web:80" } },
      { hostPort: 31_500, servicePort: 10_001, protocol: "udp" },
    ],
  ],
  parameters: [undefined, [{ key: "--ulimit", value: "nofile=1024" }]],
  fetch: [undefined, [{ uri: "https://files.example.org/tool.tar.gz" }]],
  constraints: [
    undefined,
    [
      { field: "hostname", operator: "UNIQUE" },
      { field: "rack", operator: "GROUP_BY", value: "3" },
    ],
  ],
  healthChecks: [
    undefined,
    [
      { protocol: "TCP", portIndex: 0 },
      { protocol: "COMMAND", command: "curl -f localhost" },
    ],
  ],
  readinessCheck: [undefined, { path: "/ready", readyStatuses: [200, 204] }],
  routing: [
    undefined,
    { kind: "marathon-lb", group: "internal" },
    { kind: "traefik-1" },
    { kind: "traefik-2", tls: { certResolver: "le" } },
  ],
  // What is only a number or a word is written the same way beside whatever else there is: once is enough.
  disk: [512],
  forcePull: [true],
  health: [{ intervalSeconds: 5, timeoutSeconds: 4, maxConsecutiveFailures: 0, gracePeriodSeconds: null }],
  upgrade: [{ minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }],
  killGraceSeconds: [30],
  backoff: [{ seconds: 2, factor: 1.5, maxSeconds: 120 }],
  labels: [{ team: "shop", "odd(key)": "ü, =" }],
};

function combinations(): AppSettings[] {
  let all: AppSettingsInput[] = [{}];
  for (const [name, values] of Object.entries(choices))
    all = values.flatMap((value) => all.map((one) => (value === undefined ? one : { ...one, [name]: value })));
  return all.map((one) => appSettings.parse(one)).filter((one) => contradictionsIn(wholeOf(one)).length === 0);
}

const definition = (app: AppSettings) =>
  appDefinitionOf({
    appId: "/berth/shop/review/issue-1",
    image: "127.0.0.1:5000/shop@sha256:0123",
    instances: 2,
    release: { cpus: 0.25, mem: 256, port: 8080, healthPath: "/up", app },
    graceSeconds: 120,
    host: "issue-1--shop.preview.localhost",
    routeName: "berth-shop-review-issue-1",
    labels: { "berth.instance": "i", "berth.environment": "e", "berth.release": "r" },
    platform: { PORT: "8080", HOST: "0.0.0.0", BERTH_STAGE: "review" },
    variables: { MODE: 'ü "quoted"', PORT: "1" },
    archiveUri: "http://localhost:3000/fetch/r/x/docker.tar.gz",
  });

describe("what is sent for an app's settings", () => {
  const all = combinations();

  it("is tried in every combination that may be", () => {
    expect(all.length).toBeGreaterThan(2_000);
    expect(all.every((one) => reservedIn(one).length === 0)).toBe(true);
  });

  it.skipIf(!hasSchemas).each([
    ["v0.15.6", "0.15.6"],
    ["v1.1.7", "1.1.7"],
    ["v1.4.13", "1.4.13"],
    ["v1.5.15", "1.5.15"],
    ["v1.7.236", "1.7.236"],
  ] as const)(
    "is valid by the schema of Marathon %s in that version's dialect, or refused with the reason",
    async (version, dialect) => {
      const schemas = await loadSchemas(version);
      let valid = 0;
      for (const app of all) {
        let text: string;
        try {
          text = exportMarathonApp(definition(app), dialect);
        } catch (error) {
          if (!isBerthError(error, "marathon_refused")) throw error;
          continue;
        }
        expect(schemas.app(JSON.parse(text)), JSON.stringify(app)).toEqual([]);
        valid += 1;
      }
      // Only the oldest knows no readiness checks.
      expect(valid).toBe(version === "v0.15.6" ? all.filter((app) => app.readinessCheck === undefined).length : all.length);
    },
    60_000,
  );

  it.each(["1.4.13", "1.9.109"])("is read again as it was meant, in the dialect of %s", (dialect) => {
    for (const app of all.filter((_one, index) => index % 7 === 0)) {
      const wanted = definition(app);
      expect(parseMarathonApp(exportMarathonApp(wanted, dialect))).toEqual({ app: wanted, notUnderstood: [], problems: [] });
    }
  });

  it("always has Berth's own id, image, labels, port and check, whatever the settings say", () => {
    for (const app of all) {
      const sent = definition(app);
      expect(sent).toMatchObject({
        id: "/berth/shop/review/issue-1",
        image: "127.0.0.1:5000/shop@sha256:0123",
        labels: { "berth.release": "r" },
      });
      expect(sent.ports[0]).toMatchObject({ name: "http", protocol: "tcp" });
      expect(sent.healthChecks[0]).toMatchObject({ protocol: "HTTP", path: "/up", portIndex: 0 });
      // On the host's network Marathon says the port.
      expect(sent.env["PORT"]).toBe(sent.network === "host" ? undefined : "8080");
    }
  });
});
