import { describe, expect, it } from "vitest";

import { argumentLines, artifactRows, checkRows, constraintRows, labelRows, portRows } from "#components/app-settings/row-values.ts";
import { wholeOf } from "#lib/domain/app-settings/resolve.ts";
import { type AppSettingsInput, type WholeAppSettings, appSettings } from "#lib/domain/app-settings/schema.ts";

import { changedSettings, formFields } from "./app-settings-form.ts";

/** The whole page's form, as a browser sends it when nobody has touched anything. */
function formOf(settings: WholeAppSettings): FormData {
  const { start, health, readinessCheck: ready, backoff, routing } = settings;
  const fields: Record<string, string | number | undefined> = {
    disk: settings.disk,
    "start.kind": start.kind,
    "start.command": start.kind === "command" ? start.command : "",
    "start.arguments": start.kind === "arguments" ? argumentLines(start.arguments).replaceAll("\n", "\r\n") : "",
    network: settings.network,
    requirePorts: settings.requirePorts ? "on" : undefined,
    forcePull: settings.forcePull ? "on" : undefined,
    "rows.ports": JSON.stringify(portRows(settings.ports)),
    "rows.parameters": JSON.stringify(settings.parameters),
    "rows.fetch": JSON.stringify(artifactRows(settings.fetch)),
    "rows.constraints": JSON.stringify(constraintRows(settings.constraints)),
    "rows.healthChecks": JSON.stringify(checkRows(settings.healthChecks)),
    "rows.labels": JSON.stringify(labelRows(settings.labels)),
    "health.intervalSeconds": health.intervalSeconds,
    "health.timeoutSeconds": health.timeoutSeconds,
    "health.maxConsecutiveFailures": health.maxConsecutiveFailures,
    "health.gracePeriodSeconds": health.gracePeriodSeconds ?? "",
    "readinessCheck.name": ready?.name ?? "ready",
    "readinessCheck.path": ready?.path ?? "",
    "readinessCheck.protocol": ready?.protocol ?? "HTTP",
    "readinessCheck.portName": ready?.portName ?? "http",
    "readinessCheck.intervalSeconds": ready?.intervalSeconds ?? 30,
    "readinessCheck.timeoutSeconds": ready?.timeoutSeconds ?? 10,
    "readinessCheck.readyStatuses": (ready?.readyStatuses ?? [200]).join(" "),
    "upgrade.minimumHealthCapacity": settings.upgrade.minimumHealthCapacity * 100,
    "upgrade.maximumOverCapacity": settings.upgrade.maximumOverCapacity * 100,
    killGraceSeconds: settings.killGraceSeconds,
    "backoff.seconds": backoff?.seconds ?? "",
    "backoff.factor": backoff?.factor ?? "",
    "backoff.maxSeconds": backoff?.maxSeconds ?? "",
    "routing.kind": routing.kind,
    "routing.group": routing.kind === "marathon-lb" ? (routing.group ?? "") : "",
    "routing.redirectToHttps": routing.kind === "marathon-lb" && routing.redirectToHttps === true ? "on" : undefined,
    "routing.entryPoints": "entryPoints" in routing ? (routing.entryPoints ?? []).join(" ") : "",
    "routing.tls": routing.kind === "traefik-2" && routing.tls !== undefined ? "on" : undefined,
    "routing.certResolver": routing.kind === "traefik-2" ? (routing.tls?.certResolver ?? "") : "",
  };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, String(value));
  for (const [name, value] of Object.entries(settings)) form.set(`was.${name}`, JSON.stringify(value));
  return form;
}

const everything: AppSettingsInput = {
  disk: 64,
  start: { kind: "arguments", arguments: ["--port", "8080", "", "two\nlines", '"quoted"', "ü $HOME"] },
  network: "host",
  requirePorts: true,
  ports: [{ name: "admin", servicePort: 9090, protocol: "udp,tcp", labels: { VIP_0: "/web:80", list: "a,b\\c", empty: "" } }],
  parameters: [{ key: "ulimit", value: "nofile=1024" }],
  forcePull: true,
  fetch: [{ uri: "https://files.example.org/tool", extract: false, executable: true, destPath: "bin/tool" }],
  constraints: [
    { field: "rack", operator: "GROUP_BY", value: "3" },
    { field: "hostname", operator: "UNIQUE" },
  ],
  health: { intervalSeconds: 5, timeoutSeconds: 4, maxConsecutiveFailures: 0, gracePeriodSeconds: 7 },
  healthChecks: [
    { protocol: "COMMAND", command: "true" },
    { protocol: "MESOS_HTTP", path: "/up", portIndex: 1 },
  ],
  readinessCheck: { name: "own-name", path: "/ready", portName: "admin", readyStatuses: [200, 204] },
  upgrade: { minimumHealthCapacity: 0.57, maximumOverCapacity: 0.29 },
  killGraceSeconds: 30,
  backoff: { seconds: 0, factor: 1.5, maxSeconds: 60 },
  labels: { team: "shop" },
  routing: { kind: "traefik-2", entryPoints: ["web", "websecure"], tls: { certResolver: "le" } },
};

describe("the form of the app page", () => {
  it.each([
    ["nothing is set", {}],
    ["everything is set", everything],
    ["marathon-lb routes", { routing: { kind: "marathon-lb", group: "internal", redirectToHttps: true } }],
    ["a command has lines", { start: { kind: "command", command: "one\ntwo" } }],
  ] satisfies [string, AppSettingsInput][])("asks for nothing when nobody has touched it: %s", (_what, settings) => {
    expect(changedSettings(formOf(wholeOf(appSettings.parse(settings)))).set).toEqual({});
  });

  it("asks for what was touched and for nothing else, and only for fields it shows", () => {
    const form = formOf(wholeOf({}));
    form.set("network", "host");
    form.set("rows.labels", '[{"name":"team","value":"shop"}]');
    form.delete("was.disk");
    form.set("disk", "5");
    expect(changedSettings(form).set).toEqual({ network: "host", labels: { team: "shop" } });
  });

  it("passes on what is no number or no list for the schema to refuse, and never throws", () => {
    const form = formOf(wholeOf({}));
    form.set("disk", "much");
    form.set("rows.ports", '[{"containerPort":"x"}]');
    form.set("rows.labels", "nonsense");
    const { set } = changedSettings(form);
    expect(appSettings.safeParse(set).success).toBe(false);
  });

  it("hears what is wrong under the names of its inputs, and in words where it does not show the setting", () => {
    const form = formOf(wholeOf({}));
    expect(formFields({ "set.start.arguments.3": "Too long.", "parameters.0": "Not allowed.", requirePorts: "No." }, form)).toEqual({
      "start.arguments": "Too long.",
      "parameters.0": "Not allowed.",
      network: "No.",
    });
    form.delete("was.ports");
    expect(formFields({ ports: "UAT: There is no such port." }, form)).toBeUndefined();
  });
});
