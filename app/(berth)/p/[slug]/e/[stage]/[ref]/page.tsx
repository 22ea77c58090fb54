import type { Metadata } from "next";

import { BlockerList } from "#components/blockers/blocker-list.tsx";
import { environmentNameIn } from "#components/environments/address.ts";
import { CrashLoop } from "#components/environments/crash-loop.tsx";
import { CurrentChange } from "#components/environments/current-change.tsx";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { EnvironmentFacts } from "#components/environments/facts.tsx";
import { InternalNames } from "#components/environments/internal-names.tsx";
import { RuntimeLog } from "#components/environments/runtime-log.tsx";
import { MovedTagNotice } from "#components/pipeline/moved-tag.tsx";
import { PromotionBox } from "#components/promotions/promotion-box.tsx";
import { OriginNotice } from "#components/pull-requests/origin-notice.tsx";
import { VerdictPanel } from "#components/verdicts/verdict-panel.tsx";
import { getInternalNames } from "#lib/domain/environments/internal-names.ts";
import { getEnvironmentOverview } from "#lib/domain/environments/overview.ts";
import { getPromotionBox } from "#lib/domain/promotions/box.ts";
import { getOrigin } from "#lib/domain/pull-requests/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, resetDelay, restart, scale, start, stop } from "../../../../../../actions/environments.ts";
import { promote } from "../../../../../../actions/promotions.ts";
import { giveVerdict } from "../../../../../../actions/verdicts.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
  readonly searchParams: Promise<{ readonly promote?: string | string[] }>;
}

export async function generateMetadata({ params }: Pick<Properties, "params">): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: environmentNameIn(stage, ref) };
}

export default async function EnvironmentOverviewPage({ params, searchParams }: Properties) {
  const { slug, stage, ref } = await params;
  const asks = (await searchParams).promote !== undefined;
  const environment = await readPage((reader, actor) => getEnvironmentOverview(reader, actor, slug, environmentNameIn(stage, ref)));
  const box = await readPage((reader, actor) => getPromotionBox(reader, actor, environment.id));
  const names = await readPage((reader, actor) => getInternalNames(reader, actor, environment.id));
  const origin = await readPage((reader, actor) => getOrigin(reader, actor, environment.id));
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <div className="space-y-5">
        <OriginNotice origin={origin} project={slug} />
        <MovedTagNotice environment={environment} redeploy={redeploy} />
        <CurrentChange environment={environment} />
        <CrashLoop environment={environment} resetDelay={resetDelay} />
        <div id="verdict" className="scroll-mt-20 empty:hidden">
          <VerdictPanel environment={environment} giveVerdict={giveVerdict} />
        </div>
        <BlockerList blockers={environment.blockers} />
        <div id="promotion" className="scroll-mt-20 empty:hidden">
          <PromotionBox box={box} environment={environment.name} asks={asks} promote={promote} />
        </div>
        <EnvironmentFacts environment={environment} />
        <InternalNames names={names} />
        <RuntimeLog environment={environment} />
      </div>
    </EnvironmentFrame>
  );
}
