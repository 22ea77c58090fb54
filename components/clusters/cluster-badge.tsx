import { type Status, StatusBadge } from "#components/ui/status-badge.tsx";
import type { ClusterState } from "#lib/domain/clusters/queries.ts";
import type { FindingState } from "#lib/domain/clusters/words-of-findings.ts";

const states: Readonly<Record<ClusterState, { readonly status: Status; readonly word?: string }>> = {
  checking: { status: "preparing", word: "Being checked" },
  up: { status: "up" },
  down: { status: "down", word: "Not reachable" },
};

/** Whether a cluster answers. */
export function ClusterBadge({ state }: { readonly state: ClusterState }) {
  return <StatusBadge {...states[state]} />;
}

const findings: Readonly<Record<FindingState, { readonly status: Status; readonly word: string }>> = {
  ok: { status: "up", word: "OK" },
  warning: { status: "degraded", word: "Warning" },
  problem: { status: "down", word: "Problem" },
  unknown: { status: "unknown", word: "Unknown" },
};

/** What the doctor thinks of one thing, or of the worst of all. */
export function FindingBadge({ state }: { readonly state: FindingState }) {
  return <StatusBadge quiet {...findings[state]} />;
}
