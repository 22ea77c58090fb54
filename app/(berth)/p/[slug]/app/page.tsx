import type { Metadata } from "next";

import { AppSettingsView } from "#components/app-settings/app-settings-view.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { getAppSettings } from "#lib/domain/app-settings/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { allowPowers, inheritAppSettings, setAppSettings } from "../../../../actions/app-settings.ts";
import { syncProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "App" };

interface Properties {
  readonly params: Promise<{ readonly slug: string }>;
  readonly searchParams?: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function AppPage({ params, searchParams }: Properties) {
  const { slug } = await params;
  const { stage } = (await searchParams) ?? {};
  const page = await readPage((reader, actor) => getAppSettings(reader, actor, slug, typeof stage === "string" ? stage : null));
  return (
    <ProjectFrame project={page.project} sync={syncProject}>
      <AppSettingsView
        key={page.stage?.name ?? ""}
        page={page}
        actions={{ set: setAppSettings, inherit: inheritAppSettings }}
        allow={allowPowers}
      />
    </ProjectFrame>
  );
}
