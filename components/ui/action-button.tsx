"use client";

import { type ReactNode, useId } from "react";

import { ActionForm, type FormAction } from "./action-form.tsx";
import { Button } from "./button.tsx";
import type { ButtonLook } from "./button-class.ts";
import { SubmitButton } from "./submit-button.tsx";

/** One button that is one server action. With a `reason` it stays where it is, does nothing and says why. */
export function ActionButton({
  action,
  values,
  reason = null,
  children,
  variant = "secondary",
  size,
  className,
  label,
}: ButtonLook & {
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly reason?: string | null;
  readonly children: ReactNode;
  /** A longer name for screen readers, where the same word stands on many buttons. */
  readonly label?: string | undefined;
}) {
  const reasonId = useId();
  if (reason !== null) {
    return (
      <>
        {/* Not `disabled`: it must be reachable, so that its reason is. */}
        <Button
          {...{ variant, size, className }}
          aria-label={label}
          aria-disabled
          aria-describedby={reasonId}
          data-tip={reason}
          className={`${className ?? ""} aria-disabled:pointer-events-auto`}
        >
          {children}
        </Button>
        <span id={reasonId} hidden>
          {reason}
        </span>
      </>
    );
  }
  return (
    <ActionForm action={action} values={values} failure="toast" className="contents">
      <SubmitButton {...{ variant, size, className }} aria-label={label}>
        {children}
      </SubmitButton>
    </ActionForm>
  );
}
