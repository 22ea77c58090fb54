import { z } from "zod";

export const outcomes = ["allowed", "denied", "failed"] as const;
export type AuditOutcome = (typeof outcomes)[number];

/** noun, or noun.verb */
export const actionPattern = /^[a-z][a-z_-]{0,40}(?:\.[a-z][a-z_-]{0,40})?$/;
const day = /^\d{4}-\d{2}-\d{2}$/;
const seq = z.string().regex(/^\d{1,18}$/, "That is the number of no entry.");
/** A day (in UTC), or a moment as ISO 8601. */
const time = z.union(
  [z.iso.date(), z.iso.datetime({ offset: true })],
  "Use a day such as 2026-11-20, or a moment such as 2026-11-20T09:00:00Z.",
);
const words = z.string().trim().min(1).max(200);

const fields = {
  /** A part of the name of whoever acted, an e-mail address or a person's id. */
  who: words,
  action: z.string().trim().regex(actionPattern, "Use a noun such as environment, or noun.verb such as environment.preview."),
  /** A project's slug. */
  project: z.string().trim().min(1).max(64),
  /** An environment's id or name, such as review/issue-1. */
  environment: z.string().trim().min(1).max(300),
  outcome: z.enum(outcomes),
  from: time,
  /** Inclusive when it is a day. */
  to: time,
  text: words,
};

/** What a list of entries is narrowed to. */
export const auditFilterSchema = z.strictObject(fields).partial();
export type AuditFilter = z.output<typeof auditFilterSchema>;

/** Where a page of entries begins: those before (older than) or after (newer than) one. */
export const auditPageSchema = z.strictObject({ before: seq, after: seq, perPage: z.coerce.number().int().min(1).max(200) }).partial();
export type AuditPage = z.output<typeof auditPageSchema>;

export const exportFormats = ["csv", "json", "ndjson"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What a download is asked for with; wrong input is refused there, for a file that holds too much would be taken for the right one. */
export const exportQuerySchema = z.strictObject({ ...auditFilterSchema.shape, format: z.enum(exportFormats) });

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The filter in an address that people may have changed by hand: what makes no sense is left out. */
export function auditFilterIn(query: Query): AuditFilter {
  return sensible(auditFilterSchema, query);
}

/** The same for the page. */
export function auditPageIn(query: Query): AuditPage {
  return sensible(auditPageSchema, query);
}

function sensible<T extends z.ZodObject>(schema: T, query: Query): z.output<T> {
  const given: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const value = query[name];
    if (typeof value === "string" && value !== "" && z.safeParse(field, value).success) given[name] = value;
  }
  return schema.parse(given);
}

/** The filter as an address; `more` adds to it. */
export function auditQuery(filter: AuditFilter, more: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, ...more })) if (value !== undefined && value !== "") query.set(name, value);
  return query.size === 0 ? "" : `?${query.toString()}`;
}

/** The moments between which entries are wanted; a day counts whole. */
export function timeRange({ from, to }: AuditFilter): { readonly from: Date | null; readonly to: Date | null } {
  const end = to === undefined ? null : new Date(to);
  if (end !== null && to !== undefined && day.test(to)) end.setUTCDate(end.getUTCDate() + 1);
  return { from: from === undefined ? null : new Date(from), to: end };
}
