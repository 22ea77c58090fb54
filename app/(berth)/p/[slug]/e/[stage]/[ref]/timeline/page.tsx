import type { Metadata } from "next";

import { environmentNameIn } from "#components/environments/address.ts";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { EnvironmentTimeline } from "#components/environments/timeline.tsx";
import { getEnvironmentTimeline } from "#lib/domain/environments/timeline.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, restart, scale, start, stop } from "../../../../../../../actions/environments.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: `Timeline of ${environmentNameIn(stage, ref)}` };
}

export default async function EnvironmentTimelinePage({ params }: Properties) {
  const { slug, stage, ref } = await params;
  const environment = await readPage((reader, actor) => getEnvironmentTimeline(reader, actor, slug, environmentNameIn(stage, ref)));
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <EnvironmentTimeline entries={environment.timeline} />
    </EnvironmentFrame>
  );
}
