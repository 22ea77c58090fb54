import { CircleDashed, CircleSlash, FileClock, ThumbsDown, ThumbsUp, type LucideIcon } from "lucide-react";

import { Badge, type Tone } from "#components/ui/badge.tsx";
import type { Standing } from "#lib/domain/verdicts/standing.ts";

const looks: Readonly<Record<Standing["state"], { readonly word: string; readonly icon: LucideIcon; readonly tone: Tone }>> = {
  none: { word: "No verdict", icon: CircleDashed, tone: "neutral" },
  approved: { word: "Approved", icon: ThumbsUp, tone: "good" },
  rejected: { word: "Rejected", icon: ThumbsDown, tone: "bad" },
  not_testable: { word: "Not testable", icon: CircleSlash, tone: "warn" },
  void: { word: "Verdict void", icon: FileClock, tone: "warn" },
};

/** What testers' word is worth for what is live: an icon and a word. `quiet`: nothing where nobody has judged. */
export function StandingBadge({ state, quiet = false }: { readonly state: Standing["state"]; readonly quiet?: boolean }) {
  if (quiet && state === "none") return null;
  const { word, icon: Icon, tone } = looks[state];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {word}
    </Badge>
  );
}
