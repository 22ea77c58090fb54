/** What people count a delivery by, from Berth's own records. Pure. */

/** One thing that a figure is made of. */
export interface MeasureRow {
  /** The deployment or environment it leads to. */
  readonly deploymentId: string | null;
  readonly environment: string;
  readonly words: string;
  readonly at: Date;
  /** What it adds to the figure, in milliseconds; null where it counts and has no length, or is not over. */
  readonly ms: number | null;
}

export interface Measure {
  readonly name: "lead_time" | "frequency" | "failure_rate" | "time_to_restore" | "review_wait";
  /** Milliseconds, a share between 0 and 1, or deployments a week; null while there is nothing to count. */
  readonly value: number | null;
  readonly unit: "ms" | "share" | "per_week";
  readonly rows: readonly MeasureRow[];
}

/** A deployment to production that is over. */
export interface Delivery {
  readonly id: string;
  readonly environmentId: string;
  readonly environment: string;
  readonly number: number;
  readonly status: "live" | "failed";
  readonly trigger: string;
  readonly commit: string;
  readonly endedAt: Date;
  /** When Berth first built the commit. */
  readonly builtAt: Date | null;
  /** Berth took it back because it did not stay healthy. */
  readonly rolledBackAt: Date | null;
}

/** A release that went live in staging or UAT, and when somebody first judged it. */
export interface Review {
  readonly environment: string;
  readonly deploymentId: string | null;
  readonly number: number;
  readonly servedAt: Date;
  readonly judgedAt: Date | null;
}

const dayMs = 24 * 60 * 60_000;
/** Going back is no delivery of something new. */
const backwards: ReadonlySet<string> = new Set(["rollback", "auto_rollback"]);

/** The four figures about production, from its deployments of the last `days`, oldest first. */
export function deliveryMeasures(deliveries: readonly Delivery[], days: number): Measure[] {
  const forward = deliveries.filter(({ trigger }) => !backwards.has(trigger));
  const live = forward.filter(({ status }) => status === "live");
  const broken = forward.filter(({ status, rolledBackAt }) => status === "failed" || rolledBackAt !== null);
  const leads = live.map((delivery) =>
    rowOf(
      delivery,
      "from the first build to live",
      delivery.builtAt === null ? null : delivery.endedAt.getTime() - delivery.builtAt.getTime(),
    ),
  );
  const restores = broken.map((delivery) => restoreRow(delivery, deliveries));
  return [
    { name: "lead_time", value: median(lengths(leads)), unit: "ms", rows: leads },
    {
      name: "frequency",
      value: live.length === 0 ? null : live.length / (days / 7),
      unit: "per_week",
      rows: live.map((delivery) => rowOf(delivery, "went live", null)),
    },
    {
      name: "failure_rate",
      value: forward.length === 0 ? null : broken.length / forward.length,
      unit: "share",
      rows: broken.map((delivery) => rowOf(delivery, delivery.status === "failed" ? "failed" : "was rolled back", null)),
    },
    { name: "time_to_restore", value: median(lengths(restores)), unit: "ms", rows: restores },
  ];
}

/** How long testers' verdicts take, from the moment something is live to the first verdict on it. */
export function reviewMeasure(reviews: readonly Review[]): Measure {
  const rows = reviews.map(({ environment, deploymentId, number, servedAt, judgedAt }) => ({
    deploymentId,
    environment,
    words: judgedAt === null ? `release #${number} waits for a verdict` : `release #${number} was judged`,
    at: servedAt,
    ms: judgedAt === null ? null : Math.max(0, judgedAt.getTime() - servedAt.getTime()),
  }));
  return { name: "review_wait", value: median(lengths(rows)), unit: "ms", rows };
}

function rowOf(delivery: Delivery, words: string, ms: number | null): MeasureRow {
  return { deploymentId: delivery.id, environment: delivery.environment, words: `#${delivery.number} ${words}`, at: delivery.endedAt, ms };
}

/** From the failure, or from the moment it was taken back, to the next deployment there that went live. */
function restoreRow(broken: Delivery, deliveries: readonly Delivery[]): MeasureRow {
  const from = broken.rolledBackAt ?? broken.endedAt;
  const next = deliveries.find(
    (delivery) =>
      delivery.environmentId === broken.environmentId && delivery.status === "live" && delivery.endedAt > from && delivery.id !== broken.id,
  );
  const words = next === undefined ? "has not been followed by one that went live" : `was followed by #${next.number}`;
  return rowOf(broken, words, next === undefined ? null : next.endedAt.getTime() - from.getTime());
}

function lengths(rows: readonly MeasureRow[]): number[] {
  return rows.flatMap(({ ms }) => (ms === null ? [] : [ms]));
}

/** The middle one; of an even number, the mean of the two in the middle. Null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) return null;
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
}

/** The beginning of the period that ends now. */
export function periodStart(days: number, now: number): Date {
  return new Date(now - days * dayMs);
}
