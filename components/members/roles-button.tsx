"use client";

import { lazy, type ReactNode } from "react";

import { type ButtonLook, buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";

import type { RolesDialogWords } from "./roles-dialog.tsx";

const load = () => import("./roles-dialog.tsx");
const RolesDialog = lazy(async () => ({ default: (await load()).RolesDialog }));

/** Opens the sheet in which roles are ticked. The sheet is loaded when somebody points at the button. */
export function RolesButton({
  children,
  label,
  dialog,
  ...look
}: ButtonLook & {
  readonly children: ReactNode;
  /** A longer name for screen readers, where the same word stands on many buttons. */
  readonly label?: string | undefined;
  readonly dialog: RolesDialogWords;
}) {
  return (
    <SheetButton className={buttonClass(look)} label={label} load={load} sheet={(close) => <RolesDialog {...dialog} onClose={close} />}>
      {children}
    </SheetButton>
  );
}
