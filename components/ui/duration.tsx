"use client";

import { useClockText } from "./clock.ts";
import { durationText, runningText } from "./time-text.ts";

/** How long something took, or, while it has no end, how long it has been running. */
export function Duration({
  from,
  to,
  className,
}: {
  readonly from: Date | string;
  readonly to: Date | string | null;
  readonly className?: string | undefined;
}) {
  const start = new Date(from).getTime();
  const end = to === null ? null : new Date(to).getTime();
  const say = (now: number) => (end === null ? runningText(now - start) : durationText(end - start));
  const text = useClockText(say, say);
  return (
    <span className={className} suppressHydrationWarning>
      {text}
    </span>
  );
}
