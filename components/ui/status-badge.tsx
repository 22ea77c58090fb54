import { clsx } from "clsx";
import {
  Ban,
  CircleArrowUp,
  CircleCheck,
  CircleDashed,
  CircleQuestionMark,
  CircleSlash,
  CircleStop,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  Minus,
  OctagonAlert,
  TriangleAlert,
} from "lucide-react";

import { type Tone, toneSoft, toneText } from "./badge.tsx";

interface Look {
  readonly word: string;
  readonly icon: LucideIcon;
  readonly tone: Tone;
  readonly turns?: boolean;
}

const looks = {
  live: { word: "Live", icon: CircleCheck, tone: "good" },
  healthy: { word: "Healthy", icon: CircleCheck, tone: "good" },
  up: { word: "Up", icon: CircleCheck, tone: "good" },
  done: { word: "Done", icon: CircleCheck, tone: "good" },
  passed: { word: "Passed", icon: CircleCheck, tone: "good" },
  built: { word: "Built", icon: CircleCheck, tone: "good" },
  queued: { word: "Queued", icon: CircleDashed, tone: "busy" },
  waiting: { word: "Waiting", icon: CircleDashed, tone: "neutral" },
  preparing: { word: "Preparing", icon: LoaderCircle, tone: "busy", turns: true },
  fetching: { word: "Fetching", icon: LoaderCircle, tone: "busy", turns: true },
  building: { word: "Building", icon: LoaderCircle, tone: "busy", turns: true },
  pushing: { word: "Pushing", icon: LoaderCircle, tone: "busy", turns: true },
  deploying: { word: "Deploying", icon: LoaderCircle, tone: "busy", turns: true },
  verifying: { word: "Verifying", icon: LoaderCircle, tone: "busy", turns: true },
  starting: { word: "Starting", icon: LoaderCircle, tone: "busy", turns: true },
  running: { word: "Running", icon: LoaderCircle, tone: "busy", turns: true },
  destroying: { word: "Destroying", icon: LoaderCircle, tone: "busy", turns: true },
  cancelling: { word: "Cancelling", icon: LoaderCircle, tone: "busy", turns: true },
  failed: { word: "Failed", icon: CircleX, tone: "bad" },
  down: { word: "Down", icon: CircleX, tone: "bad" },
  crashing: { word: "Crashing", icon: OctagonAlert, tone: "bad" },
  unhealthy: { word: "Unhealthy", icon: TriangleAlert, tone: "warn" },
  degraded: { word: "Degraded", icon: TriangleAlert, tone: "warn" },
  missing: { word: "Missing", icon: CircleQuestionMark, tone: "warn" },
  stopped: { word: "Stopped", icon: CircleStop, tone: "neutral" },
  cancelled: { word: "Cancelled", icon: Ban, tone: "neutral" },
  superseded: { word: "Superseded", icon: CircleArrowUp, tone: "neutral" },
  skipped: { word: "Skipped", icon: Minus, tone: "neutral" },
  destroyed: { word: "Destroyed", icon: CircleSlash, tone: "neutral" },
  none: { word: "Nothing yet", icon: CircleDashed, tone: "neutral" },
  unknown: { word: "Unknown", icon: CircleQuestionMark, tone: "neutral" },
} as const satisfies Record<string, Look>;

export type Status = keyof typeof looks;

/** A status in one word. */
export function statusWord(status: Status): string {
  return looks[status].word;
}

/** The icon of a status alone, for places where the word stands beside it. */
export function StatusIcon({ status, className }: { readonly status: Status; readonly className?: string | undefined }) {
  const look: Look = looks[status];
  const Icon = look.icon;
  return <Icon aria-hidden className={clsx("shrink-0", toneText[look.tone], look.turns === true && "animate-turn", className)} />;
}

/** How something is doing: icon and word, coloured. `quiet` leaves the ground away. */
export function StatusBadge({
  status,
  word,
  quiet = false,
  className,
}: {
  readonly status: Status;
  /** Another word than the usual one. */
  readonly word?: string | undefined;
  readonly quiet?: boolean;
  readonly className?: string | undefined;
}) {
  const look: Look = looks[status];
  return (
    <span
      data-status={status}
      className={clsx(
        "inline-flex shrink-0 items-center gap-1 text-xs font-medium whitespace-nowrap",
        quiet ? toneText[look.tone] : clsx("h-5 rounded-xs px-1.5", toneSoft[look.tone]),
        className,
      )}
    >
      <StatusIcon status={status} className="size-3.5" />
      {word ?? look.word}
    </span>
  );
}
