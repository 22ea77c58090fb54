import { StatusBadge } from "#components/ui/status-badge.tsx";
import type { DeploymentStatus } from "#lib/core/states.ts";

import { doingWord } from "./words.ts";

/** How a deployment goes or went; while it runs, the step it is at. */
export function DeploymentBadge({
  status,
  step = null,
  quiet = false,
}: {
  readonly status: DeploymentStatus;
  readonly step?: string | null;
  readonly quiet?: boolean;
}) {
  return <StatusBadge status={status} word={doingWord(status, step)} quiet={quiet} />;
}
