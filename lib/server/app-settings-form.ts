import { z } from "zod";

import { type AppSettingName, appSettingNames } from "#lib/domain/app-settings/schema.ts";

const rowSchema = z.record(z.string(), z.union([z.string(), z.boolean()]));
const rowsSchema = z.array(rowSchema).max(200);
type FormRow = z.output<typeof rowSchema>;

/**
 * What a form of the app page asks for: only the fields it shows, and of them only those that are not as they were shown, so that a field
 * nobody touched stays inherited. Values are as the form has them; the command checks them.
 */
export function changedSettings(form: FormData): { set: Record<string, unknown>; size: Record<string, number> } {
  const shown = appSettingNames.filter((name) => form.has(`was.${name}`));
  const set: Record<string, unknown> = {};
  for (const name of shown) {
    const value = readers[name](form);
    if (JSON.stringify(normal(value)) !== JSON.stringify(normal(wasOf(form, name)))) set[name] = value;
  }
  const size = ["instances", "cpus", "mem"].flatMap((name) => {
    const text = textOf(form, name);
    return text === "" ? [] : [[name, Number(text)] as const];
  });
  return { set, size: Object.fromEntries(size) };
}

/**
 * What was said about fields of a layer, under the names of the form's inputs; undefined when something is about a setting that this form
 * does not show, so that it is said in words.
 */
export function formFields(fields: Readonly<Record<string, string>>, form: FormData): Record<string, string> | undefined {
  const named = Object.entries(fields).map(([field, words]) => [inputOf(field.replace(/^(?:set|size)\./, "")), words] as const);
  const shown = named.every(([field]) => form.has(`was.${field.split(".", 1)[0] ?? ""}`) || form.has(field));
  return shown ? Object.fromEntries(named) : undefined;
}

const inputs: Readonly<Record<string, string>> = {
  start: "start.kind",
  requirePorts: "network",
  readinessCheck: "readinessCheck.path",
  routing: "routing.kind",
  "routing.tls.certResolver": "routing.certResolver",
  health: "health.intervalSeconds",
  upgrade: "upgrade.minimumHealthCapacity",
  backoff: "backoff.seconds",
};

/** Lists that are one input have no input for an entry. */
function inputOf(field: string): string {
  const list = /^(start\.arguments|routing\.entryPoints|readinessCheck\.readyStatuses)\./.exec(field)?.[1];
  return list ?? inputs[field] ?? field;
}

function wasOf(form: FormData, name: string): unknown {
  try {
    return JSON.parse(textOf(form, `was.${name}`));
  } catch {
    return undefined;
  }
}

/** Members in order and what is not there left out, so that equal values read alike. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, normal(member)]),
  );
}

const readers: Readonly<Record<AppSettingName, (form: FormData) => unknown>> = {
  disk: (form) => numberOf(form, "disk"),
  start: startOf,
  network: (form) => textOf(form, "network"),
  requirePorts: (form) => form.get("requirePorts") !== null,
  ports: (form) =>
    rowsOf(form, "ports").map((row) => ({
      containerPort: number(row["containerPort"]) ?? 0,
      hostPort: number(row["hostPort"]) ?? 0,
      servicePort: number(row["servicePort"]) ?? 0,
      protocol: text(row["protocol"]) || "tcp",
      name: text(row["name"]) || null,
      labels: labelsOf(text(row["labels"])),
    })),
  parameters: (form) => rowsOf(form, "parameters").map((row) => ({ key: text(row["key"]).trim(), value: text(row["value"]) })),
  forcePull: (form) => form.get("forcePull") !== null,
  fetch: (form) =>
    rowsOf(form, "fetch").map((row) => ({
      uri: text(row["uri"]),
      extract: row["extract"] === true,
      executable: row["executable"] === true,
      cache: row["cache"] === true,
      destPath: text(row["destPath"]) || null,
    })),
  constraints: (form) =>
    rowsOf(form, "constraints").map((row) => ({
      field: text(row["field"]).trim(),
      operator: text(row["operator"]) || "UNIQUE",
      value: text(row["value"]) || null,
    })),
  health: (form) => ({
    intervalSeconds: numberOf(form, "health.intervalSeconds"),
    timeoutSeconds: numberOf(form, "health.timeoutSeconds"),
    maxConsecutiveFailures: numberOf(form, "health.maxConsecutiveFailures"),
    gracePeriodSeconds: numberOf(form, "health.gracePeriodSeconds"),
  }),
  healthChecks: (form) => rowsOf(form, "healthChecks").map(checkOf),
  readinessCheck: readinessOf,
  upgrade: (form) => ({
    minimumHealthCapacity: shareOf(form, "upgrade.minimumHealthCapacity"),
    maximumOverCapacity: shareOf(form, "upgrade.maximumOverCapacity"),
  }),
  killGraceSeconds: (form) => numberOf(form, "killGraceSeconds"),
  backoff: (form) =>
    textOf(form, "backoff.seconds") === ""
      ? null
      : {
          seconds: numberOf(form, "backoff.seconds"),
          factor: numberOf(form, "backoff.factor") ?? 1.15,
          maxSeconds: numberOf(form, "backoff.maxSeconds") ?? 300,
        },
  labels: (form) => Object.fromEntries(rowsOf(form, "labels").map((row) => [text(row["name"]).trim(), text(row["value"])])),
  routing: routingOf,
};

function startOf(form: FormData): unknown {
  const kind = textOf(form, "start.kind");
  if (kind === "command") return { kind, command: textOf(form, "start.command").replaceAll("\r\n", "\n") };
  if (kind !== "arguments") return { kind: "image" };
  const lines = textOf(form, "start.arguments").replaceAll("\r\n", "\n").split("\n");
  return { kind, arguments: lines.filter((line) => line !== "").map(argumentOf) };
}

/** As components/app-settings/row-values.ts writes it. */
function argumentOf(line: string): string {
  if (!line.startsWith('"')) return line;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? value : line;
  } catch {
    return line;
  }
}

function checkOf(row: FormRow): unknown {
  const protocol = text(row["protocol"]) || "HTTP";
  return {
    protocol,
    path: protocol.includes("HTTP") ? text(row["path"]) || "/" : null,
    portIndex: number(row["portIndex"]) ?? 0,
    command: protocol === "COMMAND" ? text(row["command"]) : null,
    intervalSeconds: number(row["intervalSeconds"]) ?? 60,
    timeoutSeconds: number(row["timeoutSeconds"]) ?? 20,
    gracePeriodSeconds: number(row["gracePeriodSeconds"]) ?? 300,
    maxConsecutiveFailures: number(row["maxConsecutiveFailures"]) ?? 3,
  };
}

function readinessOf(form: FormData): unknown {
  const path = textOf(form, "readinessCheck.path");
  if (path === "") return null;
  return {
    name: textOf(form, "readinessCheck.name") || "ready",
    protocol: textOf(form, "readinessCheck.protocol") || "HTTP",
    path,
    portName: textOf(form, "readinessCheck.portName") || "http",
    intervalSeconds: numberOf(form, "readinessCheck.intervalSeconds") ?? 30,
    timeoutSeconds: numberOf(form, "readinessCheck.timeoutSeconds") ?? 10,
    readyStatuses: wordsOf(textOf(form, "readinessCheck.readyStatuses") || "200").map(Number),
  };
}

function routingOf(form: FormData): unknown {
  const kind = textOf(form, "routing.kind");
  const entryPoints = wordsOf(textOf(form, "routing.entryPoints"));
  const points = entryPoints.length === 0 ? {} : { entryPoints };
  const group = textOf(form, "routing.group");
  const certResolver = textOf(form, "routing.certResolver");
  switch (kind) {
    case "marathon-lb":
      return {
        kind,
        ...(group === "" ? {} : { group }),
        ...(form.get("routing.redirectToHttps") === null ? {} : { redirectToHttps: true }),
      };
    case "traefik-1":
      return { kind, ...points };
    case "traefik-2": {
      const tls = form.get("routing.tls") === null ? {} : { tls: certResolver === "" ? {} : { certResolver } };
      return { kind, ...points, ...tls };
    }
    default:
      return { kind: "none" };
  }
}

function rowsOf(form: FormData, name: string): FormRow[] {
  try {
    return rowsSchema.parse(JSON.parse(textOf(form, `rows.${name}`) || "[]"));
  } catch {
    return [];
  }
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

function numberOf(form: FormData, name: string): number | null {
  return number(textOf(form, name));
}

/** People give shares in percent. */
function shareOf(form: FormData, name: string): number | null {
  const percent = numberOf(form, name);
  return percent === null ? null : percent / 100;
}

function number(value: string | boolean | undefined): number | null {
  return typeof value === "string" && value.trim() !== "" ? Number(value) : null;
}

function text(value: string | boolean | undefined): string {
  return typeof value === "string" ? value : "";
}

function wordsOf(list: string): string[] {
  return list.split(/[\s,]+/).filter((word) => word !== "");
}

/** `NAME=value`, one after the other with commas between; a comma in a value has a backslash before it. */
function labelsOf(list: string): Record<string, string> {
  const pairs = [...list.matchAll(/(?:\\.|[^,\\])+/gs)].map(([pair]) => pair.trim().replaceAll(/\\(.)/gs, "$1"));
  return Object.fromEntries(
    pairs
      .filter((pair) => pair !== "")
      .map((pair) => [pair.split("=", 1)[0] ?? "", pair.includes("=") ? pair.slice(pair.indexOf("=") + 1) : ""]),
  );
}
