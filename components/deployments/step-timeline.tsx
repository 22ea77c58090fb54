import { clsx } from "clsx";

import { Duration } from "#components/ui/duration.tsx";
import { StatusIcon } from "#components/ui/status-badge.tsx";
import { durationText } from "#components/ui/time-text.ts";
import type { StepStatus } from "#lib/core/states.ts";
import type { DeploymentPage } from "#lib/domain/deployments/queries.ts";

type Step = DeploymentPage["steps"][number];

const words: Record<StepStatus, string> = {
  waiting: "waiting",
  running: "running",
  done: "done",
  failed: "failed",
  skipped: "skipped",
};

/** The steps of a deployment, each with the time it took and the time it usually takes. */
export function StepTimeline({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol aria-label="Steps" className="text-sm">
      {steps.map((step) => (
        <li key={step.name} data-step={step.name} data-status={step.status} className="group relative flex gap-3 pb-3.5 last:pb-0">
          <span
            aria-hidden
            className={clsx(
              "absolute top-5 bottom-0 left-[7.5px] w-px group-last:hidden",
              step.status === "done" ? "bg-good/50" : "bg-line-strong",
            )}
          />
          <StatusIcon status={step.status} className="relative mt-0.5 size-4" />
          <div className="min-w-0 flex-1">
            <div className="flex items-baseline justify-between gap-3">
              <span className={clsx("font-medium", (step.status === "waiting" || step.status === "skipped") && "text-faint")}>
                {step.title} <span className="sr-only">{words[step.status]}</span>
              </span>
              <span className="text-muted text-xs whitespace-nowrap tabular-nums">
                {step.startedAt !== null && step.status !== "skipped" && (
                  <Duration from={step.startedAt} to={step.endedAt} className={step.status === "running" ? "text-busy" : undefined} />
                )}
                {step.status === "skipped" && <span className="text-faint">skipped</span>}
                {step.usualMs !== null && (step.status === "running" || step.status === "waiting") && (
                  <span className="text-faint">
                    {step.status === "running" ? " · " : ""}usually {durationText(step.usualMs)}
                  </span>
                )}
              </span>
            </div>
            {step.detail !== null && (
              <p
                title={step.detail}
                className={clsx("foreign mt-0.5 line-clamp-3 text-xs", step.status === "failed" ? "text-bad" : "text-faint")}
              >
                {step.detail}
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
