import type { Metadata } from "next";

import { DeploymentList } from "#components/deployments/deployment-list.tsx";
import { environmentNameIn } from "#components/environments/address.ts";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { ReleaseHistory } from "#components/environments/release-history.tsx";
import { RollbackSheet } from "#components/promotions/rollback-sheet.tsx";
import { getEnvironmentHistory } from "#lib/domain/environments/history.ts";
import { listReleases } from "#lib/domain/promotions/releases.ts";
import { backIn, getRollbackSheet } from "#lib/domain/promotions/rollback-sheet.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, restart, scale, start, stop } from "../../../../../../../actions/environments.ts";
import { rollback } from "../../../../../../../actions/promotions.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
  readonly searchParams: Promise<{ readonly back?: string | string[]; readonly keep?: string | string[] }>;
}

export async function generateMetadata({ params }: Pick<Properties, "params">): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: `History of ${environmentNameIn(stage, ref)}` };
}

export default async function EnvironmentHistoryPage({ params, searchParams }: Properties) {
  const { slug, stage, ref } = await params;
  const environment = await readPage((reader, actor) => getEnvironmentHistory(reader, actor, slug, environmentNameIn(stage, ref)));
  const releases = await readPage((reader, actor) => listReleases(reader, actor, environment.id));
  const wanted = backIn(await searchParams);
  const asked = wanted !== null && releases.some(({ number, rollback: verb }) => number === wanted.release && verb?.reason === null);
  const back = asked
    ? await readPage((reader, actor) => getRollbackSheet(reader, actor, environment.id, wanted.release, wanted.keep))
    : null;
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <div className="space-y-5">
        <ReleaseHistory releases={releases} project={slug} environment={environment.name} />
        <DeploymentList deployments={environment.deployments} />
        {back !== null && wanted !== null && (
          <RollbackSheet plan={back.plan} project={slug} keep={wanted.keep} frozen={back.frozen} rollback={rollback} />
        )}
      </div>
    </EnvironmentFrame>
  );
}
