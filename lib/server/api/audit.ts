import { z } from "zod";

import { listAudit } from "#lib/domain/audit/queries.ts";
import { auditFilterSchema, auditPageSchema, outcomes } from "#lib/domain/audit/schema.ts";
import { parseHead, verifyAudit } from "#lib/domain/audit/verify.ts";

import { auditFile } from "../audit-file.ts";
import { tokenActor } from "../current-actor.ts";
import { operation } from "./operation.ts";

const time = z
  .date()
  .transform((date) => date.toISOString())
  .pipe(z.iso.datetime())
  .meta({ type: "string", format: "date-time" });
const fields = z.record(z.string(), z.unknown()).nullable();

const entrySchema = z
  .object({
    seq: z.string(),
    at: time,
    actor: z.object({
      kind: z.string(),
      id: z.string().nullable(),
      name: z.string(),
      token: z.string().nullable(),
      viewingAs: z.string().nullable(),
    }),
    action: z.string(),
    outcome: z.enum(outcomes),
    reason: z.string().nullable(),
    object: z.object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
    project: z.object({ slug: z.string(), name: z.string() }).nullable(),
    environment: z.object({ id: z.uuid(), name: z.string() }).nullable(),
    stageKind: z.string().nullable(),
    sourceIp: z.string().nullable(),
    requestId: z.string().nullable(),
    detail: fields,
    before: fields,
    after: fields,
  })
  .meta({ id: "AuditEntry" });

const verdictSchema = z
  .object({
    ok: z.boolean(),
    entries: z.number(),
    head: z.object({ position: z.number(), hash: z.string() }),
    checkedAt: time,
    fault: z
      .object({ kind: z.enum(["changed", "removed", "cut_off", "not_linked", "rewritten"]), seq: z.string().nullable(), words: z.string() })
      .nullable(),
  })
  .meta({ id: "AuditVerdict" });

export const auditOperations = [
  operation({
    method: "GET",
    path: "/audit",
    id: "listAudit",
    summary: "Audit entries that you may read, the newest first; with format=csv or ndjson all of them as a file",
    tag: "audit",
    query: z.strictObject({ ...auditFilterSchema.shape, ...auditPageSchema.shape, format: z.enum(["json", "csv", "ndjson"]).optional() }),
    success: {
      status: 200,
      schema: z.object({ entries: z.array(entrySchema), older: z.string().nullable(), newer: z.string().nullable() }),
    },
    async run({ services, actor, query: { format, before, after, perPage, ...filter }, request }) {
      if (format === "csv" || format === "ndjson") return auditFile(services, actor, filter, format, () => tokenActor(request));
      const { rows, older, newer } = await listAudit(services, actor, filter, { before, after, perPage });
      return { entries: rows.map((row) => ({ ...row, detail: row.detail, before: row.before, after: row.after })), older, newer };
    },
  }),
  operation({
    method: "GET",
    path: "/audit/verify",
    id: "verifyAudit",
    summary: "Recompute the chain of the audit log; with head (position:hash, kept from earlier) also whether it was written anew",
    tag: "audit",
    query: z.strictObject({ head: z.string().max(100).optional() }),
    success: { status: 200, schema: verdictSchema },
    run: ({ services, actor, query: { head } }) => verifyAudit(services, actor, head === undefined ? undefined : parseHead(head)),
  }),
];
