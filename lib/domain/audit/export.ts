import { BerthError } from "#lib/core/errors.ts";

import type { Actor } from "../access/policy.ts";
import type { Reader } from "../projects/head.ts";
import { csvHead, csvLine } from "./csv.ts";
import { findEntries } from "./find.ts";
import { type AuditRow, readRows } from "./rows.ts";
import type { AuditFilter, ExportFormat } from "./schema.ts";
import { auditScopeOf } from "./scope.ts";

const entriesAtOnce = 500;
/** Rights that went while the file is written end it after this long. */
const lookAgainMs = 5_000;

/**
 * All entries of a list as text, piece by piece, the newest first: a few hundred are in memory at a time. `again` says who the
 * reader is by now; when nobody, the text ends with an error, so that half a file is not taken for a whole one.
 */
export async function* exportAudit(
  reader: Reader,
  actor: Actor,
  filter: AuditFilter,
  format: ExportFormat,
  again: () => Promise<Actor | null>,
): AsyncGenerator<string, void, undefined> {
  let scope = auditScopeOf(actor);
  let lookedAt = performance.now();
  let before: string | undefined;
  let any = false;
  if (format === "csv") yield csvHead;
  if (format === "json") yield "[";
  for (;;) {
    if (performance.now() - lookedAt > lookAgainMs) {
      const now = await again();
      if (now === null) throw new BerthError("not_signed_in");
      scope = auditScopeOf(now);
      lookedAt = performance.now();
    }
    const found = await findEntries(reader.database, scope, filter, { before }, entriesAtOnce);
    const rows = await readRows(reader, scope, found);
    if (rows.length > 0) yield textOf(rows, format, any);
    any ||= rows.length > 0;
    before = rows.at(-1)?.seq;
    if (found.length < entriesAtOnce || before === undefined) break;
  }
  if (format === "json") yield any ? "\n]\n" : "]\n";
}

function textOf(rows: readonly AuditRow[], format: ExportFormat, continued: boolean): string {
  if (format === "csv") return rows.map(csvLine).join("");
  if (format === "ndjson") return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return `${continued ? "," : ""}\n${rows.map((row) => JSON.stringify(row)).join(",\n")}`;
}
