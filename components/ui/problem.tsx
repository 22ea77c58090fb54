import { clsx } from "clsx";
import { CircleX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

export interface ProblemWords {
  /** The code from the error catalogue. */
  readonly code: string;
  /** What happened. */
  readonly title: string;
  /** The particulars of this occurrence. */
  readonly detail?: string | null | undefined;
  /** What to do about it. */
  readonly help?: string | null | undefined;
}

/** Something went wrong: what, why, and what to do. */
export function Problem({
  problem,
  tone = "bad",
  live = false,
  action,
  className,
}: {
  readonly problem: ProblemWords;
  readonly tone?: "bad" | "warn";
  /** Read out at once: for problems that appear after a press. */
  readonly live?: boolean;
  readonly action?: ReactNode;
  readonly className?: string | undefined;
}) {
  const Icon = tone === "bad" ? CircleX : TriangleAlert;
  return (
    <div
      role={live ? "alert" : undefined}
      className={clsx(
        "flex flex-wrap items-start gap-x-3 gap-y-2.5 rounded-md border p-3.5 text-sm",
        tone === "bad" ? "bg-bad-soft" : "bg-warn-soft",
        className,
      )}
    >
      <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", tone === "bad" ? "text-bad" : "text-warn")} />
      <div className="min-w-0 flex-1 basis-52 space-y-1">
        <p className="text-ink font-medium">
          {problem.title} <code className="text-muted ml-1 font-mono text-xs font-normal">{problem.code}</code>
        </p>
        {problem.detail !== undefined && problem.detail !== null && problem.detail !== "" && problem.detail !== problem.title && (
          <p className="foreign text-ink whitespace-pre-wrap">{problem.detail}</p>
        )}
        {problem.help !== undefined && problem.help !== null && problem.help !== "" && <p className="text-muted">{problem.help}</p>}
      </div>
      {action !== undefined && <div className="max-sm:w-full max-sm:pl-7">{action}</div>}
    </div>
  );
}
