"use client";

import { lazy, type ReactNode, Suspense, useState } from "react";

import { type ButtonLook, buttonClass } from "./button-class.ts";
import type { ConfirmWords } from "./confirm-dialog.tsx";
import type { FormAction } from "./use-form-action.ts";

const load = () => import("./confirm-dialog.tsx");
const ConfirmDialog = lazy(async () => ({ default: (await load()).ConfirmDialog }));

interface Properties extends ButtonLook {
  readonly children: ReactNode;
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly words: ConfirmWords;
  /** A longer name for screen readers. */
  readonly label?: string | undefined;
}

/** A button that opens the sheet before it does anything. The sheet is loaded when somebody points at the button. */
export function ConfirmButton({ children, action, values, words, label, ...look }: Properties) {
  const [open, setOpen] = useState(false);
  const prepare = () => void load().catch(() => undefined);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={label}
        className={buttonClass(look)}
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      {open && (
        <Suspense fallback={null}>
          <ConfirmDialog open onClose={() => setOpen(false)} action={action} values={values} words={words} />
        </Suspense>
      )}
    </>
  );
}
