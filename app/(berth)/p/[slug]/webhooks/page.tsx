import type { Metadata } from "next";

import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { PullRequestSwitch } from "#components/pull-requests/pull-request-switch.tsx";
import { ForgeForm } from "#components/webhooks/forge-form.tsx";
import { IncomingHooks } from "#components/webhooks/incoming.tsx";
import { getWebhooksPage } from "#lib/domain/forges/queries.ts";
import { forgeSteps, forgeTitles, inboundForges } from "#lib/domain/inbound-hooks/forges.ts";
import { listPullRequests } from "#lib/domain/pull-requests/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { syncProject } from "../../../../actions/projects.ts";
import { followPullRequests } from "../../../../actions/pull-requests.ts";
import { connectForge, disconnectForge, makeInboundSecret, redeliverReceived, removeInbound } from "../../../../actions/webhooks.ts";

export const metadata: Metadata = { title: "Webhooks" };

const forges = inboundForges.map((forge) => ({ forge, title: forgeTitles[forge], steps: forgeSteps[forge] }));
const actions = { makeSecret: makeInboundSecret, remove: removeInbound, redeliver: redeliverReceived };

export default async function WebhooksPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const page = await readPage((reader, actor) => getWebhooksPage(reader, actor, slug));
  const pulls = await readPage((reader, actor) => listPullRequests(reader, actor, slug));
  return (
    <ProjectFrame project={page} sync={syncProject}>
      <div className="max-w-4xl space-y-5">
        <IncomingHooks project={slug} inbound={page.inbound} received={page.received} forges={forges} actions={actions} />
        {page.forge !== null && <PullRequestSwitch project={slug} on={pulls.on} follow={followPullRequests} />}
        {page.forge !== null && <ForgeForm project={slug} settings={page.forge} connect={connectForge} disconnect={disconnectForge} />}
      </div>
    </ProjectFrame>
  );
}
