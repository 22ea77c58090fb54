import type { Metadata } from "next";

import { AuditEntryView } from "#components/audit/audit-entry.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getAuditEntry } from "#lib/domain/audit/queries.ts";
import { actionWords } from "#lib/domain/audit/words.ts";
import { readPage } from "#lib/server/read-page.ts";

export const metadata: Metadata = { title: "Audit entry" };

export default async function AuditEntryPage({ params }: { readonly params: Promise<{ readonly seq: string }> }) {
  const { seq } = await params;
  const row = await readPage((reader, actor) => getAuditEntry(reader, actor, seq));
  return (
    <Main className="max-w-4xl">
      <PageHeader crumbs={[{ label: "Audit log", href: "/audit" }]} title={actionWords(row.action)} description={`Entry ${row.seq}`} />
      <div className="mt-5">
        <AuditEntryView row={row} />
      </div>
    </Main>
  );
}
