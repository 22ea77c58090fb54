import type { Metadata } from "next";

import { ClusterChoiceSettings } from "#components/clusters/cluster-choice.tsx";
import { DeleteProject } from "#components/projects/delete-project.tsx";
import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { RepositorySettings } from "#components/projects/repository-settings.tsx";
import { SettingsForm } from "#components/projects/settings-form.tsx";
import { getClusterChoice } from "#lib/domain/clusters/queries.ts";
import { getProjectSettings } from "#lib/domain/projects/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { chooseCluster } from "../../../../actions/clusters.ts";
import { deleteProject, setCredential, syncProject, updateProject } from "../../../../actions/projects.ts";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const settings = await readPage((reader, actor) => getProjectSettings(reader, actor, slug));
  const choice = await readPage((reader, actor) => getClusterChoice(reader, actor, slug));
  return (
    <ProjectFrame project={settings} sync={syncProject}>
      <div className="max-w-4xl space-y-5">
        <SettingsForm settings={settings} action={updateProject} />
        {settings.repositoryKind === "remote" && <RepositorySettings settings={settings} action={setCredential} />}
        <ClusterChoiceSettings choice={choice} action={chooseCluster} />
        <DeleteProject project={settings} action={deleteProject} />
      </div>
    </ProjectFrame>
  );
}
