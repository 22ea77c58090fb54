import type { Metadata } from "next";

import { DeploymentView } from "#components/deployments/deployment-view.tsx";
import { LiveRefresh } from "#components/live/live-refresh.tsx";
import { Main } from "#components/shell/main.tsx";
import { getDeployment } from "#lib/domain/deployments/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, redeploy } from "../../../actions/environments.ts";

export const metadata: Metadata = { title: "Deployment" };

export default async function DeploymentPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const page = await readPage((reader, actor) => getDeployment(reader, actor, id));
  return (
    <Main wide>
      <LiveRefresh url={page.eventsUrl} />
      <DeploymentView page={page} actions={{ cancelDeployment, redeploy }} />
    </Main>
  );
}
