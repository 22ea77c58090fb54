import { shareText } from "#lib/domain/utilisation/words.ts";

export interface MeterAmounts {
  readonly total: number;
  readonly promised: number;
  readonly free: number;
  /** Null: not known. */
  readonly used: number | null;
}

/** One resource of a host or cluster in words, with a bar beside them: what is promised as the ground, what is used in front of it. */
export function Meter({
  title,
  amounts,
  text,
  compact = false,
}: {
  readonly title: string;
  readonly amounts: MeterAmounts;
  readonly text: (amount: number) => string;
  readonly compact?: boolean;
}) {
  const { total, promised, free, used } = amounts;
  return (
    <div className="min-w-0 space-y-1.5" data-meter={title}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 text-xs">
        <span className="font-medium">{title}</span>
        <span className="text-faint tabular-nums">
          {text(free)} of {text(total)} free
        </span>
      </div>
      <Bar amounts={amounts} />
      <p className="text-muted flex flex-wrap gap-x-4 gap-y-0.5 text-xs tabular-nums">
        <Sign className="fill-busy-soft stroke-busy">
          {text(promised)} promised{compact ? "" : ` (${shareText(promised, total)})`}
        </Sign>
        <Sign className="fill-accent">
          {used === null ? "use not measured yet" : `${text(used)} used${compact ? "" : ` (${shareText(used, total)})`}`}
        </Sign>
      </p>
    </div>
  );
}

function Bar({ amounts: { total, promised, used } }: { readonly amounts: MeterAmounts }) {
  const width = (amount: number) => (total <= 0 ? 0 : Math.min(100, (amount / total) * 100));
  return (
    <svg aria-hidden viewBox="0 0 100 8" preserveAspectRatio="none" className="bg-sunken h-2 w-full rounded-xs border">
      <rect width={width(promised)} height="8" className="fill-busy-soft" />
      {promised > 0 && (
        <line x1={width(promised)} x2={width(promised)} y2="8" className="stroke-busy" strokeWidth="2" vectorEffect="non-scaling-stroke" />
      )}
      <rect y="2" width={width(used ?? 0)} height="4" className="fill-accent" />
    </svg>
  );
}

/** The words for a part of the bar, with what that part looks like. */
function Sign({ className, children }: { readonly className: string; readonly children: React.ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg aria-hidden viewBox="0 0 8 8" className="size-2 shrink-0">
        <rect x="0.5" y="0.5" width="7" height="7" className={className} />
      </svg>
      <span>{children}</span>
    </span>
  );
}
