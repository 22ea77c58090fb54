"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import type { TokenProject } from "./token-scope.tsx";

const load = () => import("./new-token.tsx");
const NewToken = lazy(async () => ({ default: (await load()).NewToken }));

/** Opens the sheet that makes a token. */
export function NewTokenButton({
  action,
  projects,
  children,
}: {
  readonly action: FormAction;
  /** What a token may be limited to. */
  readonly projects: readonly TokenProject[];
  readonly children: ReactNode;
}) {
  return (
    <SheetButton
      className={buttonClass({ size: "sm" })}
      load={load}
      sheet={(close) => <NewToken action={action} projects={projects} onClose={close} />}
    >
      {children}
    </SheetButton>
  );
}
