import type { Metadata } from "next";

import { AuditFilterBar } from "#components/audit/audit-filter.tsx";
import { AuditTable } from "#components/audit/audit-table.tsx";
import { projectHref } from "#components/environments/address.ts";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { Card } from "#components/ui/card.tsx";
import { listProjectAudit } from "#lib/domain/audit/queries.ts";
import { auditFilterIn, auditPageIn } from "#lib/domain/audit/schema.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Audit log" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function ProjectAuditPage({ params, searchParams }: Properties) {
  const [{ slug }, query] = await Promise.all([params, searchParams]);
  const { project: _fixed, ...filter } = auditFilterIn(query);
  const list = await readPage((reader, actor) => listProjectAudit(reader, actor, slug, filter, auditPageIn(query)));
  const path = `${projectHref(slug)}/audit`;
  return (
    <ProjectFrame project={list.project} sync={syncProject}>
      <div className="space-y-5">
        <AuditFilterBar path={path} filter={filter} project={slug} />
        <Card>
          <AuditTable list={list} filter={filter} path={path} />
        </Card>
      </div>
    </ProjectFrame>
  );
}
