"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

const load = () => import("./new-group.tsx");
const NewGroup = lazy(async () => ({ default: (await load()).NewGroup }));

/** Opens the sheet that makes a group. */
export function NewGroupButton({ action, children }: { readonly action: FormAction; readonly children: ReactNode }) {
  return (
    <SheetButton
      className={buttonClass({ variant: "primary" })}
      load={load}
      sheet={(close) => <NewGroup action={action} onClose={close} />}
    >
      {children}
    </SheetButton>
  );
}
