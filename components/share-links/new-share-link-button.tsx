"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

const load = () => import("./new-share-link.tsx");
const NewShareLink = lazy(async () => ({ default: (await load()).NewShareLink }));

/** Opens the sheet that makes a share link. */
export function NewShareLinkButton({
  action,
  environment,
  children,
}: {
  readonly action: FormAction;
  readonly environment: string;
  readonly children: ReactNode;
}) {
  return (
    <SheetButton
      className={buttonClass({ size: "sm" })}
      load={load}
      sheet={(close) => <NewShareLink action={action} environment={environment} onClose={close} />}
    >
      {children}
    </SheetButton>
  );
}
