"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

const load = () => import("./new-hook.tsx");
const NewHook = lazy(async () => ({ default: (await load()).NewHook }));

/** Opens the sheet that makes a webhook. */
export function NewHookButton({
  children,
  ...properties
}: {
  readonly action: FormAction;
  readonly project: string;
  readonly kinds: ReadonlyArray<{ readonly kind: string; readonly title: string }>;
  readonly children: ReactNode;
}) {
  return (
    <SheetButton className={buttonClass({ size: "sm" })} load={load} sheet={(close) => <NewHook {...properties} onClose={close} />}>
      {children}
    </SheetButton>
  );
}
