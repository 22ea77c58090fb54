import type { Metadata } from "next";

import { Poll } from "#components/live/poll.tsx";
import { NotificationList } from "#components/notifications/notification-list.tsx";
import { Main } from "#components/shell/main.tsx";
import { ActionButton } from "#components/ui/action-button.tsx";
import { ButtonLink } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listNotifications } from "#lib/domain/notifications/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { markRead } from "../../actions/notifications.ts";

export const metadata: Metadata = { title: "Notifications" };

const everyMs = 15_000;

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function NotificationsPage({ searchParams }: Properties) {
  const { before } = await searchParams;
  const page = await readPage((reader, actor) =>
    listNotifications(reader, actor, { before: typeof before === "string" ? before : undefined }),
  );
  return (
    <Main>
      <Poll everyMs={everyMs} />
      <PageHeader
        title="Notifications"
        description="What happened that concerns you."
        actions={
          <>
            {page.unread > 0 && (
              <ActionButton action={markRead} values={{}} size="sm">
                Mark all as read
              </ActionButton>
            )}
            <ButtonLink href="/account/notifications" size="sm">
              What you are told
            </ButtonLink>
          </>
        }
      />
      <Card className="mt-5 overflow-hidden">
        <NotificationList items={page.items} markRead={markRead} />
        {page.before !== null && (
          <nav aria-label="Pages" className="flex justify-end border-t px-4 py-2.5">
            <ButtonLink size="sm" href={`/notifications?before=${page.before}`} rel="next">
              Older
            </ButtonLink>
          </nav>
        )}
      </Card>
    </Main>
  );
}
