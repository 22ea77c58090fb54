"use client";

import { lazy, type ReactNode } from "react";

import { SheetButton } from "#components/ui/sheet-button.tsx";
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
  return (
    <SheetButton
      className={className}
      label={edited === null ? undefined : `Change ${edited.name}`}
      load={load}
      sheet={(close) => <VariableDialog project={project} scopes={scopes} edited={edited} action={action} onClose={close} />}
    >
      {children}
    </SheetButton>
  );
}
