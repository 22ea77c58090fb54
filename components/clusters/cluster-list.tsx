import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { ClusterRow } from "#lib/domain/clusters/queries.ts";
import { worstOf } from "#lib/domain/clusters/words-of-findings.ts";

import { clusterHref } from "./address.ts";
import { ClusterBadge, FindingBadge } from "./cluster-badge.tsx";

/** All clusters, with how each is at the moment. */
export function ClusterList({ clusters }: { readonly clusters: readonly ClusterRow[] }) {
  return (
    <Card>
      <ul className="divide-y" aria-label="Clusters">
        {clusters.map((cluster) => (
          <li key={cluster.id} className="relative grid gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[1fr_auto]">
            <div className="min-w-0">
              <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <Link
                  href={clusterHref(cluster.id)}
                  className="truncate rounded-xs text-sm font-medium after:absolute after:inset-0 after:content-['']"
                >
                  <bdi>{cluster.name}</bdi>
                </Link>
                {cluster.isDefault && <Badge>{cluster.embedded ? "default" : "default, set by MARATHON_URL"}</Badge>}
              </div>
              <p className="foreign text-faint truncate font-mono text-xs">{cluster.urls.join(", ")}</p>
              {cluster.detail !== null && <p className="foreign text-muted text-xs">{cluster.detail}</p>}
            </div>
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs sm:justify-end">
              <span className="flex items-center gap-2">
                <ClusterBadge state={cluster.state} />
                {cluster.state === "down" && (
                  <span className="text-faint">
                    since <RelativeTime at={cluster.since} short />
                  </span>
                )}
              </span>
              {cluster.findings !== null && (
                <span className="flex items-center gap-1.5">
                  <span className="text-faint">Doctor</span>
                  <FindingBadge state={worstOf(cluster.findings)} />
                </span>
              )}
              <span className="text-muted tabular-nums">
                {cluster.environments} {cluster.environments === 1 ? "environment" : "environments"}
              </span>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
