import type { Metadata } from "next";

import { Poll } from "#components/live/poll.tsx";
import { Main } from "#components/shell/main.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { ClusterSection } from "#components/utilisation/cluster-section.tsx";
import { getUtilisation } from "#lib/domain/utilisation/queries.ts";
import { sortIn } from "#lib/domain/utilisation/takers.ts";
import { readPage } from "#lib/server/read-page.ts";

export const metadata: Metadata = { title: "Utilisation" };

const EVERY_MS = 10_000;

interface Properties {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function UtilisationPage({ searchParams }: Properties) {
  const sort = sortIn((await searchParams)["sort"]);
  const clusters = await readPage((reader, actor) => getUtilisation(reader, actor, sort));
  return (
    <Main>
      <Poll everyMs={EVERY_MS} />
      <PageHeader
        title="Utilisation"
        description="What each cluster and host has, what of it is promised and used, and which project takes it."
      />
      <div className="mt-5 space-y-5">
        {clusters.map((cluster) => (
          <ClusterSection key={cluster.key} cluster={cluster} sort={sort} />
        ))}
        {clusters.length === 0 && (
          <Card>
            <EmptyState title="Nothing was measured yet">The worker looks at the clusters a few times a minute.</EmptyState>
          </Card>
        )}
      </div>
    </Main>
  );
}
