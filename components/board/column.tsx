import { Anchor, MousePointerClick, Rocket, Zap } from "lucide-react";
import type { ReactNode } from "react";

import { projectHref } from "#components/environments/address.ts";
import { Link } from "#components/ui/link.tsx";
import type { BoardColumn } from "#lib/domain/board/queries.ts";
import type { ProjectHead } from "#lib/domain/projects/head.ts";

import type { BoardActions } from "./actions.ts";
import { EnvironmentCard } from "./environment-card.tsx";
import { RefRow } from "./ref-row.tsx";

const starts: Record<BoardColumn["stage"]["starts"], { icon: ReactNode; words: string }> = {
  on_click: { icon: <MousePointerClick aria-hidden />, words: "on click" },
  on_push: { icon: <Zap aria-hidden />, words: "on push" },
  by_promotion: { icon: <Rocket aria-hidden />, words: "by promotion" },
};

/** One stage: its environments, and below them the refs that could have one. */
export function Column({
  column,
  project,
  actions,
}: {
  readonly column: BoardColumn;
  readonly project: ProjectHead;
  readonly actions: BoardActions;
}) {
  const { stage, cards, total, refs, moreRefs } = column;
  const start = starts[stage.starts];
  return (
    <section aria-labelledby={`stage-${stage.name}`}>
      <header className="mb-2.5 flex h-7 items-center gap-2 px-0.5">
        <h2 id={`stage-${stage.name}`} className="text-sm font-semibold">
          {stage.title}
        </h2>
        <span className="text-faint text-sm tabular-nums">{total}</span>
        <span className="text-faint ml-auto inline-flex items-center gap-1 text-xs [&_svg]:size-3">
          {start.icon}
          {start.words}
        </span>
      </header>
      <div className="space-y-2.5">
        {cards.map((card) => (
          <EnvironmentCard key={card.id} card={card} project={project.slug} actions={actions} />
        ))}
        {total > cards.length && (
          <Link
            href={`${projectHref(project.slug)}?whole=${encodeURIComponent(stage.name)}`}
            className="text-muted hover:text-ink inline-block rounded-xs px-0.5 text-xs hover:underline"
          >
            {total - cards.length} more environments
          </Link>
        )}
        {cards.length === 0 && (
          <p className="border-line-strong text-faint flex flex-col items-center gap-2 rounded-md border border-dashed px-4 py-6 text-center text-xs text-pretty">
            <Anchor aria-hidden className="size-4" />
            {stage.hint}
          </p>
        )}
      </div>
      {refs.length > 0 && (
        <div className="mt-4">
          <h3 className="text-faint px-0.5 pb-1 text-xs font-medium">Not running</h3>
          <ul className="bg-surface/60 divide-y rounded-md border">
            {refs.map((ref) => (
              <RefRow key={ref.id} gitRef={ref} project={project.slug} stage={stage.name} preview={actions.preview} />
            ))}
          </ul>
          {moreRefs > 0 && (
            <Link
              href={`${projectHref(project.slug)}/refs`}
              className="text-muted hover:text-ink mt-1.5 inline-block rounded-xs px-0.5 text-xs hover:underline"
            >
              {moreRefs} more
            </Link>
          )}
        </div>
      )}
    </section>
  );
}
