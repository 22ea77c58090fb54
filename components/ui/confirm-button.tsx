"use client";

import { type ReactNode, useCallback, useState } from "react";

import type { FormAction } from "./action-form.tsx";
import { Button } from "./button.tsx";
import type { ButtonSize, ButtonVariant } from "./button-class.ts";
import { ConfirmDialog, type ConfirmWords } from "./confirm-dialog.tsx";

/** A button that opens the sheet before it does anything. */
export function ConfirmButton({
  children,
  action,
  values,
  words,
  variant,
  size,
  className,
}: {
  readonly children: ReactNode;
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly words: ConfirmWords;
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  readonly className?: string;
}) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      <Button variant={variant} size={size} className={className} onClick={() => setOpen(true)}>
        {children}
      </Button>
      <ConfirmDialog open={open} onClose={close} action={action} values={values} words={words} />
    </>
  );
}
