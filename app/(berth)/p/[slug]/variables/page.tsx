import type { Metadata } from "next";

import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { VariableTable } from "#components/variables/variable-table.tsx";
import { getProjectVariables } from "#lib/domain/variables/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../actions/projects.ts";
import { deleteVariable, setVariable } from "../../../../actions/variables.ts";

export const metadata: Metadata = { title: "Variables" };

export default async function ProjectVariablesPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const { project, variables, stages } = await readPage((reader, actor) => getProjectVariables(reader, actor, slug));
  return (
    <ProjectFrame project={project} sync={syncProject}>
      <div className="max-w-6xl">
        <VariableTable
          project={project.slug}
          variables={variables}
          mayConfigure
          description="Given to every environment of the project, or of one stage."
          scopes={[
            ...(project.mayAdminister ? [{ scope: "project" as const, label: `All of ${project.name}` }] : []),
            ...stages.map((stage) => ({ scope: "stage" as const, stage: stage.name, label: stage.title })),
          ]}
          setVariable={setVariable}
          deleteVariable={deleteVariable}
        />
      </div>
    </ProjectFrame>
  );
}
