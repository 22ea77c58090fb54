import type { Metadata } from "next";

import { ExportView } from "#components/app-settings/export-view.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { getAppExport } from "#lib/domain/app-settings/queries-json.ts";
import { instanceName } from "#lib/server/instance-name.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Marathon JSON" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams?: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function ExportPage({ params, searchParams }: Properties) {
  const { slug } = await params;
  const query = (await searchParams) ?? {};
  const environment = typeof query["environment"] === "string" ? query["environment"] : null;
  const which = query["which"] === "next" ? "next" : "live";
  const instance = await instanceName();
  const page = await readPage((reader, actor) => getAppExport(reader, actor, slug, { environment, instance, which }));
  return (
    <ProjectFrame project={page.project} sync={syncProject}>
      <ExportView page={page} which={which} />
    </ProjectFrame>
  );
}
