import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";

import { ClusterFacts, ClusterSettings, ClusterUsers } from "#components/clusters/cluster-view.tsx";
import { Doctor } from "#components/clusters/doctor.tsx";
import { Poll } from "#components/live/poll.tsx";
import { Main } from "#components/shell/main.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { getCluster } from "#lib/domain/clusters/queries.ts";
import { readPage } from "#lib/server/read-page.ts";

import { checkCluster, removeCluster, updateCluster } from "../../../actions/clusters.ts";

export const metadata: Metadata = { title: "Cluster" };

/** While it is being checked somebody waits for the result. */
const [CHECKING_MS, EVERY_MS] = [1000, 5000];

export default async function ClusterPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { success, data: id } = z.uuid().safeParse((await params).id);
  if (!success) notFound();
  const cluster = await readPage((reader, actor) => getCluster(reader, actor, id));
  return (
    <Main>
      <Poll everyMs={cluster.checking ? CHECKING_MS : EVERY_MS} />
      <PageHeader crumbs={[{ label: "Clusters", href: "/clusters" }]} title={cluster.name} />
      <div className="mt-3 space-y-5">
        <ClusterFacts cluster={cluster} />
        <Doctor cluster={cluster} check={checkCluster} />
        <ClusterUsers cluster={cluster} />
        <ClusterSettings cluster={cluster} update={updateCluster} remove={removeCluster} />
      </div>
    </Main>
  );
}
