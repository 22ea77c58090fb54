import { Section } from "#components/ui/card.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StatusBadge } from "#components/ui/status-badge.tsx";
import type { ClusterPage, HostPage } from "#lib/domain/utilisation/queries.ts";
import type { Sort } from "#lib/domain/utilisation/takers.ts";
import { cpusText, memoryText } from "#lib/domain/utilisation/words.ts";

import { History } from "./history.tsx";
import { Meter } from "./meter.tsx";
import { TakersTable } from "./takers-table.tsx";

/** A cluster: the whole, its last day, who takes it, and each of its hosts. */
export function ClusterSection({ cluster, sort }: { readonly cluster: ClusterPage; readonly sort: Sort }) {
  return (
    <Section
      title={<span className="foreign">{cluster.name}</span>}
      description={
        <>
          {count(cluster.hosts.length + cluster.moreHosts, "host")}, {count(cluster.tasks, "task")} · looked at{" "}
          <RelativeTime at={cluster.readAt} />
        </>
      }
      action={cluster.isStale ? <StatusBadge status="unknown" word="Not up to date" /> : undefined}
      bodyClassName="divide-y"
    >
      <div className="space-y-5 p-4">
        <Meters part={cluster} />
        <History points={cluster.history} until={cluster.readAt} />
      </div>
      <TakersTable label={`Who takes ${cluster.name}`} part={cluster} sort={sort} />
      {cluster.hosts.map((host) => (
        <Host key={host.id} host={host} sort={sort} isAlone={cluster.hosts.length === 1} />
      ))}
      {cluster.moreHosts > 0 && <p className="text-faint px-4 py-3 text-xs">and {cluster.moreHosts} more hosts</p>}
    </Section>
  );
}

/** Who takes the only host there is stands above already. */
function Host({ host, sort, isAlone }: { readonly host: HostPage; readonly sort: Sort; readonly isAlone: boolean }) {
  return (
    <div className="space-y-3 p-4" data-host={host.name}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="foreign text-sm font-medium">{host.name}</h3>
        <StatusBadge quiet status={host.active ? "up" : "stopped"} word={host.active ? "Takes tasks" : "Takes no tasks"} />
        <span className="text-faint text-xs">{count(host.tasks.running + host.tasks.starting, "task")}</span>
      </div>
      <Meters part={host} compact />
      {!isAlone && (
        <details className="group">
          <summary className="text-link w-fit cursor-pointer rounded-xs text-xs">Who takes it</summary>
          <div className="mt-2 rounded-md border">
            <TakersTable label={`Who takes ${host.name}`} part={host} sort={sort} />
          </div>
        </details>
      )}
    </div>
  );
}

function Meters({
  part,
  compact = false,
}: {
  readonly part: Pick<HostPage, "total" | "promised" | "free" | "used">;
  readonly compact?: boolean;
}) {
  const { total, promised, free, used } = part;
  return (
    <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
      <Meter
        title="CPUs"
        compact={compact}
        text={cpusText}
        amounts={{ total: total.cpus, promised: promised.cpus, free: free.cpus, used: used?.cpus ?? null }}
      />
      <Meter
        title="Memory"
        compact={compact}
        text={memoryText}
        amounts={{ total: total.mem, promised: promised.mem, free: free.mem, used: used?.mem ?? null }}
      />
      {total.disk > 0 && (
        <p className="text-muted text-xs tabular-nums">
          <span className="text-ink font-medium">Disk</span> · {memoryText(free.disk)} of {memoryText(total.disk)} free,{" "}
          {memoryText(promised.disk)} promised
        </p>
      )}
    </div>
  );
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
