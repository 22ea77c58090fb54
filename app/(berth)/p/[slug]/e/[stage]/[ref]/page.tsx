import type { Metadata } from "next";

import { environmentNameIn } from "#components/environments/address.ts";
import { CrashLoop } from "#components/environments/crash-loop.tsx";
import { CurrentChange } from "#components/environments/current-change.tsx";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { EnvironmentFacts } from "#components/environments/facts.tsx";
import { RuntimeLog } from "#components/environments/runtime-log.tsx";
import { getEnvironment } from "#lib/domain/environments/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, resetDelay, restart, scale, start, stop } from "../../../../../../actions/environments.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: environmentNameIn(stage, ref) };
}

export default async function EnvironmentOverviewPage({ params }: Properties) {
  const { slug, stage, ref } = await params;
  const environment = await readPage((reader, actor) => getEnvironment(reader, actor, slug, environmentNameIn(stage, ref)));
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <div className="space-y-5">
        <CurrentChange environment={environment} />
        <CrashLoop environment={environment} resetDelay={resetDelay} />
        <EnvironmentFacts environment={environment} />
        <RuntimeLog environment={environment} />
      </div>
    </EnvironmentFrame>
  );
}
