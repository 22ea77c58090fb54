import { Plus } from "lucide-react";
import type { Metadata } from "next";

import { ClusterList } from "#components/clusters/cluster-list.tsx";
import { NewClusterButton } from "#components/clusters/new-cluster-button.tsx";
import { Poll } from "#components/live/poll.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { listClusters } from "#lib/domain/clusters/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { addCluster } from "../../actions/clusters.ts";

export const metadata: Metadata = { title: "Clusters" };

const EVERY_MS = 5000;

export default async function ClustersPage() {
  const clusters = await readPage((reader, actor) => listClusters(reader, actor));
  return (
    <Main>
      <Poll everyMs={EVERY_MS} />
      <PageHeader
        title="Clusters"
        description="Where environments run. A project or a stage chooses one on the project’s settings page."
        actions={
          <NewClusterButton action={addCluster}>
            <Plus aria-hidden />
            Attach a cluster
          </NewClusterButton>
        }
      />
      <div className="mt-5">
        <ClusterList clusters={clusters} />
      </div>
    </Main>
  );
}
