import type { Actor } from "#lib/domain/access/policy.ts";
import { exportAudit } from "#lib/domain/audit/export.ts";
import type { AuditFilter, ExportFormat } from "#lib/domain/audit/schema.ts";

import type { Services } from "./services.ts";

const types: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/** The entries of a list as a file to keep, written while it is sent. `again` says who the reader is by now. */
export function auditFile(
  services: Services,
  actor: Actor,
  filter: AuditFilter,
  format: ExportFormat,
  again: () => Promise<Actor | null>,
): Response {
  const pieces = exportAudit(services, actor, filter, format, again);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
  const day = new Date().toISOString().slice(0, 10);
  return new Response(body, {
    headers: {
      "content-type": types[format],
      "content-disposition": `attachment; filename="audit-${day}.${format}"`,
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}
