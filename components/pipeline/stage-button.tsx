"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";

import type { StageSheetProperties } from "./stage-sheet.tsx";

const load = () => import("./stage-sheet.tsx");
const StageSheet = lazy(async () => ({ default: (await load()).StageSheet }));

/** Opens the sheet in which a stage is edited, or added. */
export function StageButton({ children, ...sheet }: Omit<StageSheetProperties, "onClose"> & { readonly children: ReactNode }) {
  return (
    <SheetButton className={buttonClass({ size: "sm" })} load={load} sheet={(close) => <StageSheet {...sheet} onClose={close} />}>
      {children}
    </SheetButton>
  );
}
