import type { Metadata } from "next";

import { InboxList } from "#components/inbox/inbox-list.tsx";
import { Poll } from "#components/live/poll.tsx";
import { Main } from "#components/shell/main.tsx";
import { Card } from "#components/ui/card.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listInbox } from "#lib/domain/inbox/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

export const metadata: Metadata = { title: "Inbox" };

const everyMs = 15_000;

export default async function InboxPage() {
  const items = await readPage((reader, actor) => listInbox(reader, actor));
  return (
    <Main>
      <Poll everyMs={everyMs} />
      <PageHeader title="Inbox" description="What waits for you." />
      <Card className="mt-5 overflow-hidden">
        <InboxList items={items} />
      </Card>
    </Main>
  );
}
