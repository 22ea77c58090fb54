import type { Metadata } from "next";

import { environmentNameIn } from "#components/environments/address.ts";
import { EnvironmentFrame } from "#components/environments/environment-frame.tsx";
import { ShareLinks } from "#components/share-links/share-links.tsx";
import { getSharing } from "#lib/domain/share-links/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { cancelDeployment, destroy, redeploy, restart, scale, start, stop } from "../../../../../../../actions/environments.ts";
import { createShareLink, revokeShareLink } from "../../../../../../../actions/share-links.ts";

interface Properties {
  readonly params: Promise<{ readonly slug: string; readonly stage: string; readonly ref: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const { stage, ref } = await params;
  return { title: `Sharing of ${environmentNameIn(stage, ref)}` };
}

export default async function EnvironmentSharingPage({ params }: Properties) {
  const { slug, stage, ref } = await params;
  const environment = await readPage((reader, actor) => getSharing(reader, actor, slug, environmentNameIn(stage, ref)));
  return (
    <EnvironmentFrame environment={environment} actions={{ redeploy, restart, scale, stop, start, destroy, cancelDeployment }}>
      <ShareLinks environment={environment} createShareLink={createShareLink} revokeShareLink={revokeShareLink} />
    </EnvironmentFrame>
  );
}
