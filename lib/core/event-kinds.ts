/**
 * The kinds of events somebody is told of, in-app, by mail or by webhook. All other kinds are for open pages alone. Who hears of which is
 * decided in `lib/domain/notifications/kinds.ts`.
 */
export const toldKinds = [
  "verdict.given",
  "verdict.voided",
  "promotion.requested",
  "promotion.approved",
  "promotion.withdrawn",
  "promotion.started",
  "deployment.live",
  "deployment.failed",
  "rollback.started",
  "ref.tag_moved",
  "freeze.overridden",
  "checks.failed",
  "environment.crashing",
  "job.failed",
  "image.drifted",
] as const;
export type ToldKind = (typeof toldKinds)[number];

const told: ReadonlySet<string> = new Set(toldKinds);

export function isToldKind(kind: string): kind is ToldKind {
  return told.has(kind);
}
