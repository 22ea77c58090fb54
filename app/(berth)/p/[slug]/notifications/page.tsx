import type { Metadata } from "next";

import { ProjectFrame } from "#components/projects/project-frame.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { OutgoingHooks } from "#components/webhooks/outgoing.tsx";
import { toldKinds } from "#lib/core/event-kinds.ts";
import { getProjectNotifications } from "#lib/domain/hooks/queries.ts";
import { kindRules } from "#lib/domain/notifications/kinds.ts";
import { readPage } from "#lib/server/read-page.ts";

import { muteProject } from "../../../../actions/notifications.ts";
import { syncProject } from "../../../../actions/projects.ts";
import { createHook, redeliver, removeHook, testHook, updateHook } from "../../../../actions/webhooks.ts";

export const metadata: Metadata = { title: "Notifications" };

const kinds = toldKinds.map((kind) => ({ kind, title: kindRules[kind].title }));
const actions = { create: createHook, update: updateHook, remove: removeHook, test: testHook, redeliver };

export default async function ProjectNotificationsPage({ params }: { readonly params: Promise<{ readonly slug: string }> }) {
  const { slug } = await params;
  const page = await readPage((reader, actor) => getProjectNotifications(reader, actor, slug));
  return (
    <ProjectFrame project={page} sync={syncProject}>
      <div className="max-w-4xl space-y-5">
        <Section
          title="For you"
          description={page.muted ? "You hear nothing of this project." : "You are told of what concerns you here."}
          action={
            <span className="flex flex-wrap gap-2">
              <ActionButton action={muteProject} values={{ project: slug, muted: page.muted ? "false" : "true" }} size="sm">
                {page.muted ? "Hear of it again" : "Mute this project"}
              </ActionButton>
              <ButtonLink href="/account/notifications" size="sm">
                What you are told
              </ButtonLink>
            </span>
          }
        >
          <p className="text-muted text-sm text-pretty">
            Authors hear of rejections, testers of what there is to try, ops of what may be promoted; nobody of what he may not see. Which
            kinds reach you by which way is your own choice, the same in all projects.
          </p>
        </Section>
        {page.outgoing !== null && (
          <OutgoingHooks project={slug} hooks={page.outgoing.hooks} sent={page.outgoing.sent} kinds={kinds} actions={actions} />
        )}
      </div>
    </ProjectFrame>
  );
}
