import type { Metadata } from "next";

import { BlockerList } from "#components/blockers/blocker-list.tsx";
import { DeploymentView } from "#components/deployments/deployment-view.tsx";
import { LiveRefresh } from "#components/live/live-refresh.tsx";
import { Main } from "#components/shell/main.tsx";
import { isDeploymentOver } from "#lib/core/states.ts";
import { blockersOf } from "#lib/domain/blockers/queries.ts";
import { getDeployment } from "#lib/domain/deployments/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, redeploy } from "../../../actions/environments.ts";

export const metadata: Metadata = { title: "Deployment" };

export default async function DeploymentPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const { page, blockers } = await readPage(async (reader, actor) => {
    const page = await getDeployment(reader, actor, id);
    const isOver = isDeploymentOver(page.deployment.status);
    return { page, blockers: isOver ? [] : await blockersOf(reader, actor, page.environment.id, { onward: false }) };
  });
  return (
    <Main wide>
      <LiveRefresh url={page.eventsUrl} />
      {blockers.length > 0 && (
        <div className="mb-5">
          <BlockerList blockers={blockers} />
        </div>
      )}
      <DeploymentView page={page} actions={{ cancelDeployment, redeploy }} />
    </Main>
  );
}
