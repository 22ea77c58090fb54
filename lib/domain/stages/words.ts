import type { StageKind, StageStart } from "#lib/platform/database/client.ts";

export const kindWords: Readonly<Record<StageKind, string>> = {
  review: "Review",
  demo: "Demo",
  staging: "Staging",
  uat: "UAT",
  production: "Production",
};

export const startWords: Readonly<Record<StageStart, string>> = {
  on_push: "by itself, on push",
  on_click: "on a click",
  by_promotion: "by promotion",
};

interface Gated {
  readonly starts: StageStart;
  readonly verdictRequired: boolean;
  readonly approvalsRequired: number;
}

/** What has to be there before something enters the stage, in words; null: nothing. */
export function gateWords({ starts, verdictRequired, approvalsRequired }: Gated): string | null {
  if (starts !== "by_promotion") return null;
  const parts = [verdictRequired ? "an approving verdict" : null, approvalsRequired > 0 ? "a second person’s approval" : null];
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? null : said.join(" and ");
}

/** `64 h`, `2 h 30 min`, `90 days`. */
export function spanWords(minutes: number): string {
  if (minutes % 1_440 === 0) return minutes === 1_440 ? "1 day" : `${minutes / 1_440} days`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 ? `${hours} h` : "", rest > 0 ? `${rest} min` : ""].filter((part) => part !== "").join(" ");
}
