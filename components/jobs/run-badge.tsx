import { type Status, StatusBadge } from "#components/ui/status-badge.tsx";
import type { RunStatus } from "#lib/domain/jobs/states.ts";

const looks: Readonly<Record<RunStatus, { readonly status: Status; readonly word: string }>> = {
  waiting: { status: "waiting", word: "Waiting" },
  running: { status: "running", word: "Running" },
  succeeded: { status: "done", word: "Succeeded" },
  failed: { status: "failed", word: "Failed" },
  timed_out: { status: "failed", word: "Timed out" },
  skipped: { status: "skipped", word: "Skipped" },
  stopped: { status: "stopped", word: "Stopped" },
};

/** How a run is doing, or how it ended. */
export function RunBadge({ status, stopping = false }: { readonly status: RunStatus; readonly stopping?: boolean }) {
  const look = looks[status];
  return <StatusBadge status={look.status} word={stopping ? "Stopping" : look.word} />;
}
