import { Plus, Snowflake, Trash2 } from "lucide-react";

import { Badge } from "#components/ui/badge.tsx";
import { Section } from "#components/ui/card.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { wallText } from "#lib/core/wall-clock.ts";
import type { FreezeRow, PipelinePage } from "#lib/domain/stages/queries.ts";
import { spanWords } from "#lib/domain/stages/words.ts";

import { FreezeButton } from "./freeze-button.tsx";

/** When nothing new enters which stages, and who said so. */
export function FreezeList({ page, add, remove }: { readonly page: PipelinePage; readonly add: FormAction; readonly remove: FormAction }) {
  const { project, freezes, stages } = page;
  return (
    <Section
      title="Freeze windows"
      description="While one lasts nothing new enters its stage, by whichever door; what is asked for waits and goes on by itself."
      action={
        project.mayAdminister && (
          <FreezeButton action={add} project={project.slug} stages={stages.map(({ name, title }) => ({ name, title }))}>
            <Plus aria-hidden />
            Add window
          </FreezeButton>
        )
      }
      bodyClassName=""
    >
      {freezes.length === 0 ? (
        <p className="text-muted px-4 py-5 text-sm">No window: everything may go whenever its gates are open.</p>
      ) : (
        <ul className="divide-y">
          {freezes.map((freeze) => (
            <li key={freeze.id} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
              <FreezeFacts freeze={freeze} />
              {project.mayAdminister && (
                <ConfirmButton
                  action={remove}
                  values={{ freeze: freeze.id }}
                  size="sm"
                  variant="ghost"
                  className="ml-auto"
                  label={`Lift ${freeze.title}`}
                  words={{
                    title: `Lift ${freeze.title}?`,
                    changes: ["The window is gone at once, and what waits for its end goes on."],
                    undo: "Add it again; what has gone on meanwhile has gone.",
                    confirm: "Lift the freeze",
                  }}
                >
                  <Trash2 aria-hidden />
                </ConfirmButton>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function FreezeFacts({ freeze }: { readonly freeze: FreezeRow }) {
  const [next] = freeze.next;
  return (
    <div className="min-w-0 flex-1 text-sm">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <h3 className="foreign font-semibold">{freeze.title}</h3>
        <span className="text-muted text-xs">{freeze.stage ?? "all stages"}</span>
        {freeze.isNow && (
          <Badge tone="accent" icon={<Snowflake aria-hidden />}>
            frozen now
          </Badge>
        )}
      </div>
      <p className="text-muted mt-0.5">
        {freeze.cron === null ? (
          <>Once</>
        ) : (
          <>
            <code className="font-mono text-xs">{freeze.cron}</code>, for {spanWords(freeze.durationMinutes ?? 0)}
          </>
        )}
        {next === undefined ? (
          <>; over</>
        ) : (
          <>
            ; {freeze.isNow ? "since" : "next"} {wallText(next.from, freeze.timeZone)} until {wallText(next.to, freeze.timeZone)}
          </>
        )}{" "}
        <span className="text-faint text-xs">{freeze.timeZone}</span>
      </p>
      <p className="text-faint text-xs">
        by <bdi>{freeze.createdBy}</bdi>, <RelativeTime at={freeze.createdAt} />
      </p>
    </div>
  );
}
