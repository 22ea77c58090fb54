"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

const load = () => import("./new-cluster.tsx");
const NewCluster = lazy(async () => ({ default: (await load()).NewCluster }));

/** Opens the sheet that attaches a cluster. */
export function NewClusterButton({ action, children }: { readonly action: FormAction; readonly children: ReactNode }) {
  return (
    <SheetButton
      className={buttonClass({ variant: "primary" })}
      load={load}
      sheet={(close) => <NewCluster action={action} onClose={close} />}
    >
      {children}
    </SheetButton>
  );
}
