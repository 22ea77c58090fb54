"use client";

import { clsx } from "clsx";
import { Children, type ReactNode, useState } from "react";

interface StageTab {
  readonly name: string;
  readonly title: string;
  readonly count: number;
}

/** The columns side by side; on narrow screens one at a time, chosen with the buttons above. */
export function BoardColumns({ stages, children }: { readonly stages: readonly StageTab[]; readonly children: ReactNode }) {
  const [chosen, setChosen] = useState<string | null>(null);
  // Until somebody chooses, the first stage that has something to show.
  const current = chosen ?? stages.find((stage) => stage.count > 0)?.name ?? stages[0]?.name;

  return (
    <>
      <div role="group" aria-label="Stage" className="-mx-4 mb-4 flex [scrollbar-width:none] gap-1 overflow-x-auto px-4 md:hidden">
        {stages.map((stage) => (
          <button
            key={stage.name}
            type="button"
            aria-pressed={stage.name === current}
            onClick={() => setChosen(stage.name)}
            className={clsx(
              "inline-flex h-9 shrink-0 items-center gap-1.5 rounded-full border px-3.5 text-sm font-medium transition-colors",
              stage.name === current ? "bg-ink text-canvas border-transparent" : "border-line-strong text-muted hover:text-ink",
            )}
          >
            {stage.title}
            <span className="tabular-nums opacity-80">{stage.count}</span>
          </button>
        ))}
      </div>
      <div className="md:-mx-6 md:flex md:snap-x md:scroll-px-6 md:items-start md:gap-3.5 md:overflow-x-auto md:px-6 md:pb-6">
        {Children.map(children, (child, index) => (
          <div
            className={clsx(
              "min-w-0 md:block md:min-w-56 md:flex-1 md:basis-0 md:snap-start lg:max-w-96",
              stages[index]?.name !== current && "max-md:hidden",
            )}
          >
            {child}
          </div>
        ))}
      </div>
    </>
  );
}
