"use client";

import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";

import type { FormAction } from "#components/ui/use-form-action.ts";

import type { VariableScope } from "./scope.ts";
import type { EditedVariable } from "./variable-dialog.tsx";

const load = () => import("./variable-dialog.tsx");
const VariableDialog = lazy(async () => ({ default: (await load()).VariableDialog }));

/** Opens the sheet that adds a variable, or changes the value of one. */
export function VariableButton({
  project,
  scopes,
  edited = null,
  action,
  className,
  children,
}: {
  readonly project: string;
  readonly scopes: readonly VariableScope[];
  readonly edited?: EditedVariable | null;
  readonly action: FormAction;
  readonly className: string;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const prepare = () => void load().catch(() => undefined);
  const label = edited === null ? undefined : `Change ${edited.name}`;
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={label}
        data-tip={label}
        className={className}
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      {open && (
        <Suspense fallback={null}>
          <VariableDialog project={project} scopes={scopes} edited={edited} action={action} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
