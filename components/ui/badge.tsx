import { clsx } from "clsx";
import type { ReactNode } from "react";

export type Tone = "neutral" | "good" | "busy" | "warn" | "bad" | "accent";

export const toneText: Record<Tone, string> = {
  neutral: "text-muted",
  good: "text-good",
  busy: "text-busy",
  warn: "text-warn",
  bad: "text-bad",
  accent: "text-link",
};

export const toneSoft: Record<Tone, string> = {
  neutral: "bg-hover text-muted",
  good: "bg-good-soft text-good",
  busy: "bg-busy-soft text-busy",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  accent: "bg-accent-soft text-link",
};

/** A short word on a soft ground. */
export function Badge({
  children,
  tone = "neutral",
  icon,
  className,
}: {
  readonly children: ReactNode;
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly className?: string | undefined;
}) {
  return (
    <span
      className={clsx(
        "inline-flex h-5 shrink-0 items-center gap-1 rounded-xs px-1.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3.5",
        toneSoft[tone],
        className,
      )}
    >
      {icon}
      {children}
    </span>
  );
}
