import type { Metadata } from "next";

import { AppJsonLink } from "#components/app-settings/app-json-link.tsx";
import { environmentNameIn } from "#components/environments/address.ts";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { VariableTable } from "#components/variables/variable-table.tsx";
import { getEnvironmentVariables } from "#lib/domain/variables/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, restart, scale, start, stop } from "../../../../../../../actions/environments.ts";
import { deleteVariable, setVariable } from "../../../../../../../actions/variables.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: `Variables of ${environmentNameIn(stage, ref)}` };
}

export default async function EnvironmentVariablesPage({ params }: Properties) {
  const { slug, stage, ref } = await params;
  const environment = await readPage((reader, actor) => getEnvironmentVariables(reader, actor, slug, environmentNameIn(stage, ref)));
  const { project } = environment;
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <VariableTable
        project={project.slug}
        variables={environment.variables}
        mayConfigure
        description="What this environment gets. The narrowest scope wins."
        scopes={[
          { scope: "environment", environment: environment.id, label: environment.name },
          { scope: "stage", stage: environment.stage.name, label: environment.stage.title },
          ...(project.mayAdminister ? [{ scope: "project" as const, label: `All of ${project.name}` }] : []),
        ]}
        setVariable={setVariable}
        deleteVariable={deleteVariable}
      />
      <AppJsonLink id={environment.id} />
    </EnvironmentFrame>
  );
}
