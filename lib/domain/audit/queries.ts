import { BerthError } from "#lib/core/errors.ts";

import { type Actor, may } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, readProject } from "../projects/head.ts";
import { findEntries } from "./find.ts";
import { type AuditRow, readRows } from "./rows.ts";
import type { AuditFilter, AuditPage } from "./schema.ts";
import { type AuditScope, auditScopeOf } from "./scope.ts";

export interface AuditList {
  readonly rows: readonly AuditRow[];
  /** The numbers to go on with; null at the ends. */
  readonly older: string | null;
  readonly newer: string | null;
  readonly mayVerify: boolean;
}

const defaultPerPage = 50;
const maxPerPage = 500;

/**
 * Entries of the audit log, the newest first: admins read all of it, others what happened in the projects and stages they may
 * view, and what they did themselves. There is no total: it would tell of what is not shown.
 */
export async function listAudit(reader: Reader, actor: Actor, filter: AuditFilter, page: AuditPage = {}): Promise<AuditList> {
  const scope = auditScopeOf(actor);
  const limit = Math.min(page.perPage ?? defaultPerPage, maxPerPage);
  const list = await readList(reader, scope, filter, page, limit);
  return { ...list, mayVerify: may(actor, "verify_audit", { type: "platform" }) };
}

/** The same within one project, with the project's head; `not_found` for whoever may not view it. */
export async function listProjectAudit(
  reader: Reader,
  actor: Actor,
  slug: string,
  filter: AuditFilter,
  page: AuditPage = {},
): Promise<AuditList & { readonly project: ProjectHead }> {
  const project = await readProject(reader, actor, slug);
  const list = await listAudit(reader, actor, { ...filter, project: slug }, page);
  return { ...list, project: headOf(reader.settings, actor, project) };
}

/** One entry, or `not_found`. */
export async function getAuditEntry(reader: Reader, actor: Actor, seq: string): Promise<AuditRow> {
  if (!/^\d{1,18}$/.test(seq)) throw new BerthError("not_found");
  const position = { before: String(BigInt(seq) + 1n), after: String(BigInt(seq) - 1n) };
  const scope = auditScopeOf(actor);
  const found = await findEntries(reader.database, scope, {}, position, 1);
  const [row] = await readRows(reader, scope, found);
  if (row === undefined) throw new BerthError("not_found");
  return row;
}

/** So many entries are gone through for a word before somebody asks to look further back. */
const searchedAtOnce = 200_000n;

async function readList(reader: Reader, scope: AuditScope, filter: AuditFilter, page: AuditPage, limit: number) {
  const floor = await floorOf(reader, filter, page);
  const found = await findEntries(reader.database, scope, filter, { ...page, floor }, limit + 1);
  const more = found.length > limit;
  const forwards = page.after !== undefined;
  // The one too many tells that there is more in the direction of travel.
  const shown = more ? (forwards ? found.slice(1) : found.slice(0, limit)) : found;
  const [first, last] = [shown[0], shown.at(-1)];
  const hasNewer = forwards ? more : page.before !== undefined;
  const older = (forwards || more) && last !== undefined ? String(last) : null;
  return {
    rows: await readRows(reader, scope, shown),
    newer: hasNewer && first !== undefined ? String(first) : null,
    older: older ?? (floor === undefined ? null : String(floor)),
  };
}

/** Words are not in an index: where one is looked for, the search ends at this entry and is gone on with from there. */
async function floorOf(reader: Reader, filter: AuditFilter, page: AuditPage): Promise<bigint | undefined> {
  if ((filter.text === undefined && filter.who === undefined) || page.after !== undefined) return undefined;
  const { _max } = await reader.database.auditEntry.aggregate({ _max: { seq: true } });
  const newest = _max.seq ?? 0n;
  const from = page.before === undefined || BigInt(page.before) > newest ? newest : BigInt(page.before);
  return from > searchedAtOnce ? from - searchedAtOnce : undefined;
}
