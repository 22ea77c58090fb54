import type { Metadata } from "next";

import { AuditFilterBar } from "#components/audit/audit-filter.tsx";
import { AuditTable } from "#components/audit/audit-table.tsx";
import { VerifyAudit } from "#components/audit/verify-audit.tsx";
import { Main } from "#components/shell/main.tsx";
import { Card, Section } from "#components/ui/card.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listAudit } from "#lib/domain/audit/queries.ts";
import { auditFilterIn, auditPageIn } from "#lib/domain/audit/schema.ts";
import { readPage } from "#lib/server/read-page.ts";

import { verifyAudit } from "../../actions/audit.ts";

export const metadata: Metadata = { title: "Audit log" };

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function AuditLogPage({ searchParams }: Properties) {
  const query = await searchParams;
  const filter = auditFilterIn(query);
  const list = await readPage((reader, actor) => listAudit(reader, actor, filter, auditPageIn(query)));
  return (
    <Main wide>
      <PageHeader
        title="Audit log"
        description={
          list.mayVerify
            ? "Who did what, or was refused it, anywhere in Berth."
            : "What happened in the projects and stages that you may view, and what you did yourself."
        }
      />
      <div className="mt-5 space-y-5">
        <AuditFilterBar path="/audit" filter={filter} />
        <Card>
          <AuditTable list={list} filter={filter} path="/audit" />
        </Card>
        {list.mayVerify && (
          <Section
            title="Chain"
            description="Each entry’s hash covers the one before it: what was changed, removed or put in afterwards is found."
          >
            <VerifyAudit action={verifyAudit} />
          </Section>
        )}
      </div>
    </Main>
  );
}
