import type { ToldKind } from "#lib/core/event-kinds.ts";

/** Why somebody hears of an event. What he may not view he does not hear of, whatever the reason. */
export type Reason =
  /** Wrote the commit. */
  | "author"
  /** Asked for it. */
  | "requester"
  /** Gives verdicts there. */
  | "tester"
  /** May carry it on: `promote` on the stage after this one. */
  | "promoter"
  /** May let it in: `promote` on this very stage. */
  | "approver"
  /** Looks after what runs there: `scale`. */
  | "operator"
  /** Gave the verdict that is void now. */
  | "judge";

export const channels = ["app", "mail"] as const;
export type Channel = (typeof channels)[number];

export interface KindRule {
  /** What it is called where people choose. */
  readonly title: string;
  /** Who hears of it. Empty detail: everybody it could concern. */
  readonly hears: (detail: Readonly<Record<string, unknown>>) => readonly Reason[];
  /** By which channels, unless somebody chose otherwise: mail only for what needs a person. */
  readonly byDefault: Readonly<Record<Channel, boolean>>;
}

const always =
  (...reasons: readonly Reason[]) =>
  () =>
    reasons;
const loud = { app: true, mail: true };
const quiet = { app: true, mail: false };

/** The closed table: what is told, and to whom. */
export const kindRules: Readonly<Record<ToldKind, KindRule>> = {
  "verdict.given": {
    title: "A verdict is given",
    hears: ({ verdict }) => {
      if (verdict === "approved") return ["promoter"];
      return verdict === "rejected" || verdict === "not_testable" ? ["author", "requester"] : ["author", "requester", "promoter"];
    },
    byDefault: loud,
  },
  "verdict.voided": { title: "A verdict counts no more", hears: always("judge", "tester"), byDefault: quiet },
  "promotion.requested": {
    title: "A promotion waits for an approval",
    hears: ({ approval }) => (approval === false ? [] : ["approver"]),
    byDefault: loud,
  },
  "promotion.approved": { title: "A promotion is approved", hears: always("requester"), byDefault: quiet },
  "promotion.withdrawn": { title: "A promotion is withdrawn", hears: always("requester", "approver"), byDefault: quiet },
  "promotion.started": { title: "A promotion starts", hears: always("operator", "tester"), byDefault: quiet },
  "deployment.live": { title: "A deployment is live", hears: always("requester", "tester"), byDefault: quiet },
  "deployment.failed": { title: "A deployment failed", hears: always("requester", "author"), byDefault: loud },
  "rollback.started": { title: "A rollback starts", hears: always("operator", "requester"), byDefault: loud },
  "ref.tag_moved": { title: "A tag was moved", hears: always("promoter", "approver", "tester"), byDefault: loud },
  "freeze.overridden": { title: "A freeze is overridden", hears: always("operator"), byDefault: loud },
  "checks.failed": { title: "Checks failed", hears: always("author", "requester"), byDefault: loud },
  "environment.crashing": { title: "An environment keeps crashing", hears: always("requester", "operator"), byDefault: loud },
  "job.failed": { title: "A job failed", hears: always("requester", "operator"), byDefault: quiet },
  "image.drifted": { title: "Something else runs than was approved", hears: always("approver", "operator"), byDefault: loud },
};

/** Whether somebody wants a kind by a channel: his own choice, else the default. */
export function isWanted(
  choices: ReadonlyArray<{ readonly kind: string; readonly channel: string; readonly wanted: boolean }>,
  kind: ToldKind,
  channel: Channel,
): boolean {
  const own = choices.find((choice) => choice.kind === kind && choice.channel === channel);
  return own?.wanted ?? kindRules[kind].byDefault[channel];
}
