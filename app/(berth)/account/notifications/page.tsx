import { Eye } from "lucide-react";
import type { Metadata } from "next";

import { Choices } from "#components/notifications/choices.tsx";
import { MutedProjects } from "#components/notifications/muted-projects.tsx";
import { Main } from "#components/shell/main.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getChoices } from "#lib/domain/notifications/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { chooseNotifications, muteProject, sendTestMail } from "../../../actions/notifications.ts";

export const metadata: Metadata = { title: "What you are told" };

export default async function AccountNotificationsPage() {
  const choices = await readPage(async (reader, actor) => (actor.viewing === null ? await getChoices(reader, actor) : null));
  return (
    <Main className="max-w-3xl">
      <PageHeader
        crumbs={[{ label: "Account", href: "/account" }]}
        title="What you are told"
        description="Verdicts, promotions and deployments, as far as they concern you."
      />
      {choices === null ? (
        <EmptyState icon={<Eye aria-hidden />} title="Not shown while you view as somebody else">
          What somebody is told is his own choice. End “View as” to see yours.
        </EmptyState>
      ) : (
        <div className="mt-5 space-y-5">
          <Choices choices={choices} choose={chooseNotifications} testMail={sendTestMail} />
          <MutedProjects projects={choices.muted} mute={muteProject} />
        </div>
      )}
    </Main>
  );
}
