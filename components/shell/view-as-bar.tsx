import { Eye } from "lucide-react";

import { ActionButton } from "#components/ui/action-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { Viewing } from "#lib/domain/access/policy.ts";

/** Stays in sight while an admin looks through another's eyes: whose, that nothing can be changed, and the way back. */
export function ViewAsBar({ viewing, end }: { readonly viewing: Viewing; readonly end: FormAction }) {
  return (
    <aside
      aria-label="View as"
      className="bg-warn-soft text-ink sticky top-13 z-30 flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b px-4 py-2 text-sm sm:px-6"
    >
      <Eye aria-hidden className="text-warn size-4 shrink-0" />
      <p className="min-w-0 flex-1">
        You see Berth as{" "}
        {viewing.as.kind === "person" ? (
          <bdi className="font-semibold">{viewing.as.name}</bdi>
        ) : (
          <>
            somebody with the role <b className="font-semibold">{viewing.as.role}</b> in every project
          </>
        )}
        , read-only.
      </p>
      <ActionButton size="sm" action={end} values={{}} label="End viewing as somebody else">
        End
      </ActionButton>
    </aside>
  );
}
