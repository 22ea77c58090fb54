import { deploymentHref } from "#components/deployments/address.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Link } from "#components/ui/link.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { TimelineEntry } from "#lib/domain/environments/timeline.ts";

/** What happened to an environment, newest first. */
export function EnvironmentTimeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  if (entries.length === 0) return <EmptyState title="Nothing has happened yet" />;
  return (
    <ol className="max-w-3xl">
      {entries.map((entry) => (
        <li key={entry.id} className="group relative flex gap-3 pb-5 pl-1">
          <span aria-hidden className="bg-line-strong absolute top-4 bottom-0 left-[8.5px] w-px group-last:hidden" />
          <span
            aria-hidden
            className="border-canvas bg-faint ring-line-strong relative mt-1.5 size-2.5 shrink-0 rounded-full border-2 ring-1"
          />
          <div className="min-w-0 flex-1 text-sm">
            <p className="foreign">
              {entry.deploymentId === null ? (
                entry.message
              ) : (
                <Link href={deploymentHref(entry.deploymentId)} className="rounded-xs hover:underline">
                  {entry.message}
                </Link>
              )}
            </p>
            <p className="text-faint text-xs">
              <bdi>{entry.actor ?? "Berth"}</bdi> · <RelativeTime at={entry.at} />
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
