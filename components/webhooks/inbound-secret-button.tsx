"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import type { ForgeChoice } from "./inbound-secret.tsx";

const load = () => import("./inbound-secret.tsx");
const InboundSecret = lazy(async () => ({ default: (await load()).InboundSecret }));

/** Opens the sheet that makes a secret for webhooks that arrive. */
export function InboundSecretButton({
  children,
  ...properties
}: {
  readonly action: FormAction;
  readonly project: string;
  readonly forges: readonly ForgeChoice[];
  readonly chosen: string | null;
  readonly children: ReactNode;
}) {
  return (
    <SheetButton className={buttonClass({ size: "sm" })} load={load} sheet={(close) => <InboundSecret {...properties} onClose={close} />}>
      {children}
    </SheetButton>
  );
}
