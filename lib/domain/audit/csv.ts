import type { AuditRow } from "./rows.ts";

const columns: ReadonlyArray<readonly [string, (row: AuditRow) => string | null]> = [
  ["entry", (row) => row.seq],
  ["at", (row) => row.at.toISOString()],
  ["who", (row) => row.actor.name],
  ["kind", (row) => row.actor.kind],
  ["person", (row) => row.actor.id],
  ["token", (row) => row.actor.token],
  ["viewing as", (row) => row.actor.viewingAs],
  ["action", (row) => row.action],
  ["object type", (row) => row.object.type],
  ["object", (row) => row.object.name],
  ["object id", (row) => row.object.id],
  ["project", (row) => row.project?.slug ?? null],
  ["environment", (row) => row.environment?.name ?? null],
  ["stage", (row) => row.stageKind],
  ["outcome", (row) => row.outcome],
  ["reason", (row) => row.reason],
  ["address", (row) => row.sourceIp],
  ["request", (row) => row.requestId],
  ["detail", (row) => jsonOf(row.detail)],
  ["before", (row) => jsonOf(row.before)],
  ["after", (row) => jsonOf(row.after)],
];

/** The first line of the file, with the mark that tells a spreadsheet that it is UTF-8. */
export const csvHead = `\uFEFF${lineOf(columns.map(([name]) => name))}`;

/** One entry as a line (RFC 4180). Whatever a name or a detail holds, a spreadsheet shows it and computes nothing. */
export function csvLine(row: AuditRow): string {
  return lineOf(columns.map(([, value]) => value(row)));
}

function lineOf(cells: ReadonlyArray<string | null>): string {
  return `${cells.map(cellOf).join(",")}\r\n`;
}

/** A cell that begins like a formula gets an apostrophe in front, which spreadsheets do not show; also after blanks, which some skip. */
function cellOf(value: string | null): string {
  if (value === null) return "";
  const text = /^[\s\u00A0\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}

function jsonOf(fields: Readonly<Record<string, unknown>> | null): string | null {
  return fields === null ? null : JSON.stringify(fields);
}
