import { environmentHref } from "#components/environments/address.ts";
import { Link } from "#components/ui/link.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Plan } from "#lib/domain/promotions/dry-run.ts";

import { rollbackHref } from "./address.ts";
import { ConfirmSheet } from "./confirm-sheet.tsx";
import { PlanView } from "./plan-view.tsx";

const ways = [
  { keep: undefined, words: "Image and configuration" },
  { keep: "configuration", words: "Only the image" },
  { keep: "image", words: "Only the configuration" },
] as const;

/** The sheet before going back to a release: which part of it, and what that changes. */
export function RollbackSheet({
  plan,
  project,
  keep,
  frozen,
  rollback,
}: {
  readonly plan: Plan;
  readonly project: string;
  readonly keep: "configuration" | "image" | undefined;
  readonly frozen: string | null;
  readonly rollback: FormAction;
}) {
  const { name, release, environmentId } = plan.from;
  return (
    <ConfirmSheet
      words={{
        title: `Roll ${name} back to release #${release}?`,
        undo: "Roll forward to the release that runs now in the same way: it stays in the history.",
        confirm: `Roll back to #${release}`,
      }}
      action={rollback}
      values={{ project, environment: environmentId, release: String(release), ...(keep === undefined ? {} : { keep }) }}
      closeHref={`${environmentHref(project, name)}/history`}
      frozen={frozen}
      refused={null}
    >
      <nav aria-label="What goes back" className="flex flex-wrap gap-1 text-sm">
        {ways.map((way) => (
          <Link
            key={way.words}
            href={rollbackHref(project, name, release, way.keep)}
            scroll={false}
            replace
            aria-current={way.keep === keep ? "true" : undefined}
            className={`rounded-sm border px-2.5 py-1 ${way.keep === keep ? "bg-accent-soft text-link font-medium" : "text-muted hover:bg-hover"}`}
          >
            {way.words}
          </Link>
        ))}
      </nav>
      <PlanView plan={plan} />
    </ConfirmSheet>
  );
}
