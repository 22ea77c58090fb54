"use client";

import { useClockText } from "./clock.ts";
import { ageText, exactText, relativeText } from "./time-text.ts";

/** When something happened, counted from now and ticking; the exact local time on hover. `short` leaves "ago" away. */
export function RelativeTime({
  at,
  short = false,
  className,
}: {
  readonly at: Date | string;
  readonly short?: boolean;
  readonly className?: string | undefined;
}) {
  const date = new Date(at);
  const text = useClockText(
    (now) => (short ? ageText(date, now) : relativeText(date, now)),
    (now) => (short ? ageText(date, now) : relativeText(date, now, "UTC")),
  );
  const exact = useClockText(
    () => exactText(date),
    () => exactText(date, "UTC"),
  );
  return (
    <time dateTime={date.toISOString()} title={exact} className={className} suppressHydrationWarning>
      {text}
    </time>
  );
}
