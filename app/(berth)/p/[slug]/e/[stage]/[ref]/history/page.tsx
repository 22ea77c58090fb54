import type { Metadata } from "next";

import { DeploymentList } from "#components/deployments/deployment-list.tsx";
import { environmentNameIn } from "#components/environments/address.ts";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { ReleaseHistory } from "#components/environments/release-history.tsx";
import { getEnvironmentHistory } from "#lib/domain/environments/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, restart, scale, start, stop } from "../../../../../../../actions/environments.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: `History of ${environmentNameIn(stage, ref)}` };
}

export default async function EnvironmentHistoryPage({ params }: Properties) {
  const { slug, stage, ref } = await params;
  const environment = await readPage((reader, actor) => getEnvironmentHistory(reader, actor, slug, environmentNameIn(stage, ref)));
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <div className="space-y-5">
        <ReleaseHistory releases={environment.releases} />
        <DeploymentList deployments={environment.deployments} />
      </div>
    </EnvironmentFrame>
  );
}
