import { z } from "zod";

import type { AuditEntryModel, StageKind } from "#lib/platform/database/client.ts";

import type { Reader } from "../projects/head.ts";
import { type AuditOutcome, outcomes } from "./schema.ts";
import { type AuditScope, isWithin } from "./scope.ts";

const fieldsSchema = z.record(z.string(), z.unknown()).nullable().catch(null);
const outcomeSchema = z.enum(outcomes).catch("failed");
const isText = (value: string | null): value is string => value !== null;

/** One act as its reader may know it. */
export interface AuditRow {
  readonly seq: string;
  readonly at: Date;
  readonly actor: {
    readonly kind: string;
    readonly id: string | null;
    readonly name: string;
    /** The name of the API token it was done with; "" where that is not the reader's to know. */
    readonly token: string | null;
    /** Through whose eyes the admin looked. */
    readonly viewingAs: string | null;
  };
  /** noun.verb */
  readonly action: string;
  readonly outcome: AuditOutcome;
  /** The code of the refusal. */
  readonly reason: string | null;
  readonly object: { readonly type: string; readonly id: string | null; readonly name: string | null };
  /** Null where it is gone, too. */
  readonly project: { readonly slug: string; readonly name: string } | null;
  readonly environment: { readonly id: string; readonly name: string } | null;
  readonly stageKind: StageKind | null;
  /** Only for those who read the whole log, and in one's own acts. */
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** An act of one's own on something that one may not view: only that it was tried. */
  readonly veiled: boolean;
}

interface Names {
  readonly projects: ReadonlyMap<string, { readonly slug: string; readonly name: string }>;
  readonly environments: ReadonlyMap<string, { readonly id: string; readonly name: string }>;
  readonly tokens: ReadonlyMap<string, string>;
}

/** Entries by their numbers, in the order given, as whoever has this scope may know them. Reads no rights: the numbers were found within the scope. */
export async function readRows(reader: Pick<Reader, "database">, scope: AuditScope, seqs: readonly bigint[]): Promise<AuditRow[]> {
  if (seqs.length === 0) return [];
  const entries = await reader.database.auditEntry.findMany({ where: { seq: { in: [...seqs] } } });
  const names = await readNames(reader, entries);
  const byNumber = new Map(entries.map((entry) => [entry.seq, entry]));
  return seqs.flatMap((seq) => {
    const entry = byNumber.get(seq);
    return entry === undefined ? [] : [rowOf(scope, entry, names)];
  });
}

async function readNames({ database }: Pick<Reader, "database">, entries: readonly AuditEntryModel[]): Promise<Names> {
  const ids = (pick: (entry: AuditEntryModel) => string | null) => [...new Set(entries.map(pick).filter(isText))];
  const [projects, environments, tokens] = [
    ids((entry) => entry.projectId),
    ids((entry) => entry.environmentId),
    ids((entry) => entry.tokenId),
  ];
  const [projectRows, environmentRows, tokenRows] = await Promise.all([
    projects.length === 0
      ? []
      : database.project.findMany({ where: { id: { in: projects }, deletedAt: null }, select: { id: true, slug: true, name: true } }),
    environments.length === 0
      ? []
      : database.environment.findMany({ where: { id: { in: environments }, destroyedAt: null }, select: { id: true, name: true } }),
    tokens.length === 0 ? [] : database.apiToken.findMany({ where: { id: { in: tokens } }, select: { id: true, name: true } }),
  ]);
  return {
    projects: new Map(projectRows.map(({ id, slug, name }) => [id, { slug, name }])),
    environments: new Map(environmentRows.map((row) => [row.id, row])),
    tokens: new Map(tokenRows.map(({ id, name }) => [id, name])),
  };
}

function rowOf(scope: AuditScope, entry: AuditEntryModel, names: Names): AuditRow {
  const within = isWithin(scope, entry);
  const own = scope.own !== null && entry.actorId === scope.own;
  // What he tried where he may see nothing must look the same whether there was something or not.
  const veiled = !within && (entry.projectId !== null || entry.reason === "not_found" || entry.reason === "forbidden");
  const detail = fieldsSchema.parse(entry.detail);
  const viewingAs = detail?.["viewingAs"];
  return {
    seq: String(entry.seq),
    at: entry.at,
    actor: {
      kind: entry.actorKind,
      id: scope.whole || own ? entry.actorId : null,
      name: entry.actorName,
      token: entry.tokenId === null ? null : scope.whole || own ? (names.tokens.get(entry.tokenId) ?? "") : "",
      viewingAs: typeof viewingAs === "string" && !veiled ? viewingAs : null,
    },
    action: entry.action,
    outcome: outcomeSchema.parse(entry.outcome),
    reason: entry.reason,
    sourceIp: scope.whole || own ? entry.sourceIp : null,
    requestId: scope.whole || own ? entry.requestId : null,
    ...(veiled ? nothing(entry.action) : contentOf(entry, detail, names)),
    veiled,
  };
}

function contentOf(entry: AuditEntryModel, detail: Readonly<Record<string, unknown>> | null, names: Names) {
  return {
    object: { type: entry.objectType, id: entry.objectId, name: entry.objectName },
    project: entry.projectId === null ? null : (names.projects.get(entry.projectId) ?? null),
    environment: entry.environmentId === null ? null : (names.environments.get(entry.environmentId) ?? null),
    stageKind: entry.stageKind,
    detail,
    before: fieldsSchema.parse(entry.before),
    after: fieldsSchema.parse(entry.after),
  };
}

function nothing(action: string) {
  return {
    object: { type: action.split(".")[0] ?? action, id: null, name: null },
    project: null,
    environment: null,
    stageKind: null,
    detail: null,
    before: null,
    after: null,
  };
}
