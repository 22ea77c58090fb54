import type { Metadata } from "next";

import { HealthView } from "#components/health/health-view.tsx";
import { Poll } from "#components/live/poll.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getHealth } from "#lib/domain/health/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

export const metadata: Metadata = { title: "System health" };

const EVERY_MS = 5000;

export default async function HealthPage() {
  const health = await readPage((reader, actor) => getHealth(reader, actor));
  return (
    <Main>
      <Poll everyMs={EVERY_MS} />
      <PageHeader title="System health" />
      <div className="mt-4">
        <HealthView health={health} />
      </div>
    </Main>
  );
}
