import { incidentOf } from "./incident.ts";

/** From so many losses on the page explains them, while instances are missing. */
const explainedFrom = 2;

/** A crash loop as the page explains it. */
export interface IncidentView {
  readonly count: number;
  readonly reason: string;
  readonly since: Date;
  readonly lastAt: Date;
  /** When the cluster tries again; null: it is at it, or waits for room. */
  readonly nextTryAt: Date | null;
  /** The last lines of the log; null for whoever may not read it. */
  readonly tail: string | null;
  readonly mayTryNow: boolean;
  /** Somebody asked already. */
  readonly trying: boolean;
}

interface Row {
  readonly incident: unknown;
  readonly desired: string;
  readonly destroyedAt: Date | null;
  readonly resetDelayAt: Date | null;
}

/** What the viewer may know of a crash loop; null when there is none at the moment. */
export function incidentViewOf(row: Row, rights: { mayReadLogs: boolean; mayTryNow: boolean }): IncidentView | null {
  const incident = incidentOf(row.incident);
  if (incident === null || !incident.open || incident.count < explainedFrom) return null;
  if (row.desired !== "running" || row.destroyedAt !== null) return null;
  return {
    count: incident.count,
    reason: incident.reason,
    since: new Date(incident.firstAt),
    lastAt: new Date(incident.lastAt),
    nextTryAt: incident.nextTryAt === null ? null : new Date(incident.nextTryAt),
    tail: rights.mayReadLogs ? incident.tail : null,
    mayTryNow: rights.mayTryNow,
    trying: row.resetDelayAt !== null,
  };
}
