import { TriangleAlert } from "lucide-react";

import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { EnvironmentCluster } from "#lib/domain/clusters/queries.ts";

/** On an environment's page: in which cluster it runs, where that is a choice, and since when that cluster has not answered. */
export function ClusterNote({ cluster }: { readonly cluster: EnvironmentCluster | null }) {
  if (cluster === null || (cluster.isDefault && cluster.downSince === null)) return null;
  if (cluster.downSince === null)
    return (
      <p className="text-faint mt-2 text-xs">
        Runs in <bdi>{cluster.name}</bdi>
      </p>
    );
  return (
    <p role="status" className="bg-warn-soft mt-3 flex max-w-3xl items-start gap-2 rounded-md border px-3 py-2 text-sm">
      <TriangleAlert aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
      <span className="min-w-0">
        Its cluster, <bdi>{cluster.name}</bdi>, stopped answering <RelativeTime at={cluster.downSince} />. What runs there goes on running;
        what Berth shows of it is from before, and changes wait until the cluster answers again.
      </span>
    </p>
  );
}
