import { deployWord } from "#components/refs/deploy-word.ts";
import { ActionButton } from "#components/ui/action-button.tsx";
import { CommitRef } from "#components/ui/commit-ref.tsx";
import { RefName } from "#components/ui/ref-name.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { BoardRef } from "#lib/domain/board/queries.ts";

/** A branch or tag without an environment, and the click that gives it one. */
export function RefRow({
  gitRef,
  project,
  stage,
  preview,
}: {
  readonly gitRef: BoardRef;
  readonly project: string;
  readonly stage: string;
  readonly preview: FormAction;
}) {
  const word = deployWord(stage, []);
  return (
    <li className="flex items-center gap-2 py-1.5 pr-1.5 pl-3">
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-baseline gap-2">
          <RefName kind={gitRef.kind} name={gitRef.name} className="text-sm" />
          <RelativeTime at={gitRef.changedAt} short className="text-faint ml-auto shrink-0 text-xs tabular-nums" />
        </div>
        <CommitRef commit={gitRef.commit} subject={gitRef.subject} className="text-faint max-w-full text-xs" />
      </div>
      {gitRef.preview !== undefined && (
        <ActionButton
          size="sm"
          action={preview}
          values={{ project, stage, ref: gitRef.id }}
          reason={gitRef.preview.reason}
          label={`${word} ${gitRef.name}`}
        >
          {word}
        </ActionButton>
      )}
    </li>
  );
}
