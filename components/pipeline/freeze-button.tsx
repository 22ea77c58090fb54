"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";

import type { FreezeSheetProperties } from "./freeze-sheet.tsx";

const load = () => import("./freeze-sheet.tsx");
const FreezeSheet = lazy(async () => ({ default: (await load()).FreezeSheet }));

/** Opens the sheet in which a freeze window is made. */
export function FreezeButton({ children, ...sheet }: Omit<FreezeSheetProperties, "onClose"> & { readonly children: ReactNode }) {
  return (
    <SheetButton className={buttonClass({ size: "sm" })} load={load} sheet={(close) => <FreezeSheet {...sheet} onClose={close} />}>
      {children}
    </SheetButton>
  );
}
