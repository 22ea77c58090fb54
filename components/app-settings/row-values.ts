import type { WholeAppSettings } from "#lib/domain/app-settings/schema.ts";

import type { Row } from "./rows-field.tsx";

/** Settings that are lists, as rows of a form; read back by lib/server/app-settings-form.ts. Numbers that are left to Marathon are empty. */
export function portRows(ports: WholeAppSettings["ports"]): Row[] {
  return ports.map((port) => ({
    name: port.name ?? "",
    containerPort: numberText(port.containerPort),
    hostPort: numberText(port.hostPort),
    servicePort: numberText(port.servicePort),
    protocol: port.protocol,
    labels: Object.entries(port.labels)
      .map(([name, value]) => `${name}=${value}`.replaceAll("\\", "\\\\").replaceAll(",", "\\,"))
      .join(", "),
  }));
}

export function artifactRows(fetch: WholeAppSettings["fetch"]): Row[] {
  return fetch.map(({ destPath, ...artifact }) => ({ ...artifact, destPath: destPath ?? "" }));
}

export function constraintRows(constraints: WholeAppSettings["constraints"]): Row[] {
  return constraints.map(({ value, ...constraint }) => ({ ...constraint, value: value ?? "" }));
}

export function checkRows(checks: WholeAppSettings["healthChecks"]): Row[] {
  return checks.map((check) => ({
    protocol: check.protocol,
    portIndex: String(check.portIndex),
    path: check.path ?? "",
    command: check.command ?? "",
    intervalSeconds: String(check.intervalSeconds),
    timeoutSeconds: String(check.timeoutSeconds),
    gracePeriodSeconds: String(check.gracePeriodSeconds),
    maxConsecutiveFailures: String(check.maxConsecutiveFailures),
  }));
}

export function labelRows(labels: WholeAppSettings["labels"]): Row[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}

/** One argument per line; one with line breaks, or with a quotation mark at its beginning, as a JSON string. */
export function argumentLines(list: readonly string[]): string {
  return list.map((argument) => (/^"|[\r\n]/.test(argument) || argument === "" ? JSON.stringify(argument) : argument)).join("\n");
}

function numberText(number: number): string {
  return number === 0 ? "" : String(number);
}
