import { TriangleAlert } from "lucide-react";

import { ConfirmButton } from "#components/ui/confirm-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { EnvironmentPage } from "#lib/domain/environments/queries.ts";

/** Says that the tag of an environment names another commit than what runs there, and lets whoever may deploy take it on purpose. */
export function MovedTagNotice({
  environment,
  redeploy,
}: {
  readonly environment: Pick<EnvironmentPage, "id" | "name" | "movedTag">;
  readonly redeploy: FormAction;
}) {
  const moved = environment.movedTag;
  if (moved === null) return null;
  const [from, to] = [moved.from.slice(0, 12), moved.to.slice(0, 12)];
  return (
    <div role="status" className="bg-warn-soft flex flex-wrap items-start gap-x-4 gap-y-2 rounded-md border px-4 py-3 text-sm">
      <TriangleAlert aria-hidden className="text-warn mt-0.5 size-4 shrink-0" />
      <p className="foreign min-w-0 flex-1 basis-64">
        The tag <strong className="font-semibold">{moved.name}</strong> was moved: it names <code className="font-mono">{to}</code> now, and{" "}
        <code className="font-mono">{from}</code> goes on running here until somebody decides.
      </p>
      {moved.mayTake && (
        <ConfirmButton
          action={redeploy}
          values={{ environment: environment.id, commit: moved.to }}
          size="sm"
          words={{
            title: `Deploy what ${moved.name} names now?`,
            changes: [
              `${environment.name} gets commit ${moved.to} instead of ${moved.from}.`,
              "Verdicts given on the image that runs now say nothing about the new one.",
            ],
            undo: "Roll back to the release that runs now.",
            confirm: `Deploy ${to}`,
            variant: "primary",
          }}
        >
          Deploy {to}
        </ConfirmButton>
      )}
    </div>
  );
}
