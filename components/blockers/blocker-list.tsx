import { Hourglass } from "lucide-react";

import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { Blocker } from "#lib/domain/blockers/blocker.ts";

/** Why is it waiting? Everything in the way, in order, with who can clear it and when that will probably be. Nothing when nothing is. */
export function BlockerList({
  blockers,
  title = "Why is it waiting?",
}: {
  readonly blockers: readonly Blocker[];
  readonly title?: string;
}) {
  if (blockers.length === 0) return null;
  return (
    <section aria-label={title} className="bg-surface shadow-card min-w-0 rounded-md border">
      <h2 className="flex items-center gap-2 border-b px-4 py-2.5 text-sm font-semibold">
        <Hourglass aria-hidden className="text-faint size-4" />
        {title}
      </h2>
      <ol className="divide-y">
        {blockers.map((blocker) => (
          <li key={blocker.code} data-blocker={blocker.code} className="space-y-0.5 px-4 py-3 text-sm">
            <p className="text-ink foreign wrap-anywhere">
              {blocker.words} <code className="text-faint ml-1 font-mono text-xs">{blocker.code}</code>
            </p>
            <p className="text-muted foreign text-xs">
              Who can clear it: {blocker.clearedBy}
              {blocker.expectedAt !== null && (
                <>
                  {" "}
                  · expected <RelativeTime at={blocker.expectedAt} />
                </>
              )}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
