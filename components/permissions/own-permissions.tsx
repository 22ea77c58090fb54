import { Badge } from "#components/ui/badge.tsx";
import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import { Link } from "#components/ui/link.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { ProjectPermissions } from "#lib/domain/permissions/queries.ts";
import { changesBetween, changeWords, peopleConcerned } from "#lib/domain/permissions/words.ts";

import { peopleWords } from "./people-words.ts";

/** Whether the project has permissions of its own, what marks mean, and the way back to the default. */
export function OwnPermissions({
  permissions: { project, own, matrix, defaults, fingerprint, holders },
  seesDefault,
  giveUp,
}: {
  readonly permissions: ProjectPermissions;
  /** Whether the viewer may open the page of the default. */
  readonly seesDefault: boolean;
  readonly giveUp: FormAction;
}) {
  const back = changesBetween(matrix, defaults);
  const platform = seesDefault ? (
    <Link href="/permissions" className="text-link underline">
      the platform’s default
    </Link>
  ) : (
    "the platform’s default"
  );
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="text-muted max-w-2xl space-y-1 text-sm">
        <p>
          {own ? <Badge tone="accent">has its own</Badge> : <Badge>uses the default</Badge>}{" "}
          {own ? (
            <>
              {project.name} has permissions of its own instead of {platform}
              {back.length === 0 ? "; they are the same at present." : "."}
            </>
          ) : (
            <>
              {project.name} uses {platform}. The first change here gives it permissions of its own.
            </>
          )}
        </p>
        {own && back.length > 0 && (
          <p className="text-xs">
            <span className="text-link font-medium underline decoration-dotted">Underlined</span> is granted here and not by the default;{" "}
            <s className="text-faint">struck out</s> is granted by the default and not here.
          </p>
        )}
      </div>
      {own && (
        <ConfirmButton
          size="sm"
          action={giveUp}
          values={{ project: project.slug, fingerprint }}
          words={{
            title: "Use the platform’s default again?",
            changes: [
              ...(back.length === 0 ? ["Nothing changes for anybody today."] : back.map(changeWords)),
              ...(back.length === 0 ? [] : [`It concerns ${peopleWords(peopleConcerned(holders, back))}.`]),
              "From then on, changes of the default reach this project, too.",
            ],
            undo: "The project’s own permissions are forgotten; the audit log keeps what they were.",
            confirm: "Use the default",
          }}
        >
          Use the default again
        </ConfirmButton>
      )}
    </div>
  );
}
