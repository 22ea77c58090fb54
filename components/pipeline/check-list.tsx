import { Duration } from "#components/ui/duration.tsx";
import { Link } from "#components/ui/link.tsx";
import { StatusBadge } from "#components/ui/status-badge.tsx";
import type { CheckSummary } from "#lib/domain/checks/queries.ts";

/** The checks a deployment waited for; nothing where there were none. */
export function CheckList({ checks, linked }: { readonly checks: readonly CheckSummary[]; readonly linked: boolean }) {
  if (checks.length === 0) return null;
  return (
    <ul aria-label="Checks" className="mt-4 space-y-1.5 border-t pt-3 text-xs">
      {checks.map(({ id, name, status, startedAt, endedAt }) => (
        <li key={id} className="flex items-baseline justify-between gap-3">
          {linked ? (
            <Link href={`/checks/${id}`} className="foreign text-link min-w-0 hover:underline">
              {name}
            </Link>
          ) : (
            <span className="foreign min-w-0">{name}</span>
          )}
          <span className="flex shrink-0 items-center gap-2">
            <StatusBadge status={status} quiet />
            {startedAt !== null && <Duration from={startedAt} to={endedAt} className="text-muted tabular-nums" />}
          </span>
        </li>
      ))}
    </ul>
  );
}
