"use client";

import { clsx } from "clsx";

import { useClockText } from "#components/ui/clock.ts";
import { durationText, runningText } from "#components/ui/time-text.ts";

/** How far a running deployment is, judged by how long it usually takes: "6 s · usually 14 s", with a bar that never claims to be done. */
export function Progress({
  startedAt,
  usualMs,
  label,
  className,
}: {
  readonly startedAt: Date | string | null;
  readonly usualMs: number | null;
  readonly label: string;
  readonly className?: string | undefined;
}) {
  const start = startedAt === null ? null : new Date(startedAt).getTime();
  const say = (now: number) => {
    const elapsed = start === null ? "waiting for its turn" : runningText(now - start);
    return usualMs === null ? elapsed : `${elapsed} · usually ${durationText(usualMs)}`;
  };
  const share = (now: number) =>
    start === null || usualMs === null ? "" : String(Math.round(100 * Math.min(0.96, (now - start) / Math.max(1000, usualMs))));
  const text = useClockText(say, say);
  const value = useClockText(share, () => "");
  return (
    <span className={clsx("block min-w-0", className)}>
      <progress
        aria-label={label}
        max={100}
        value={value === "" ? undefined : Number(value)}
        className="progress-line block h-1 w-full"
        suppressHydrationWarning
      />
      <span className="text-faint mt-1 block truncate text-xs tabular-nums" suppressHydrationWarning>
        {text}
      </span>
    </span>
  );
}
