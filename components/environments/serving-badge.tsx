import { StatusBadge } from "#components/ui/status-badge.tsx";
import type { Serving } from "#lib/core/states.ts";

/** Does something answer at the URL? */
export function ServingBadge({ serving, quiet = false }: { readonly serving: Serving; readonly quiet?: boolean }) {
  return <StatusBadge status={serving} quiet={quiet} word={serving === "none" ? "Nothing live" : undefined} />;
}
