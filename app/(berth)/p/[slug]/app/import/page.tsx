import type { Metadata } from "next";

import { ImportForm } from "#components/app-settings/import-form.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { getAppSettings } from "#lib/domain/app-settings/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { importApp, previewImport } from "../../../../../actions/app-settings.ts";
import { syncProject } from "../../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Import Marathon JSON" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams?: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function ImportPage({ params, searchParams }: Properties) {
  const { slug } = await params;
  const { stage } = (await searchParams) ?? {};
  const page = await readPage((reader, actor) => getAppSettings(reader, actor, slug, typeof stage === "string" ? stage : null));
  return (
    <ProjectFrame project={page.project} sync={syncProject}>
      <ImportForm
        project={slug}
        stage={page.stage?.name ?? null}
        stages={page.stages.map(({ name, title }) => ({ name, title }))}
        preview={previewImport}
        save={importApp}
      />
    </ProjectFrame>
  );
}
