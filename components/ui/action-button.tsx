"use client";

import { clsx } from "clsx";
import { type ReactNode, useId } from "react";

import { type ButtonLook, buttonClass } from "./button-class.ts";
import { SubmitButton } from "./submit-button.tsx";
import { type FormAction, useFormAction } from "./use-form-action.ts";

interface Properties extends ButtonLook {
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  /** Why it cannot be used now. */
  readonly reason?: string | null;
  readonly children: ReactNode;
  /** A longer name for screen readers, where the same word stands on many buttons. */
  readonly label?: string | undefined;
}

/** One button that is one server action. With a `reason` it stays where it is, does nothing and says why. */
export function ActionButton({ reason = null, ...properties }: Properties) {
  return reason === null ? <Ready {...properties} /> : <Refused {...properties} reason={reason} />;
}

function Ready({ action, values, children, variant = "secondary", size, className, label }: Properties) {
  const [, submit] = useFormAction(action, { failure: "toast" });
  return (
    <form action={submit} className="contents">
      {Object.entries(values).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <SubmitButton {...{ variant, size, className }} aria-label={label}>
        {children}
      </SubmitButton>
    </form>
  );
}

function Refused({ reason, children, variant = "secondary", size, className, label }: Properties & { readonly reason: string }) {
  const reasonId = useId();
  return (
    <>
      {/* Not `disabled`: it must be reachable, so that its reason is. */}
      <button
        type="button"
        aria-label={label}
        aria-disabled
        aria-describedby={reasonId}
        data-tip={reason}
        className={clsx(buttonClass({ variant, size, className }), "aria-disabled:pointer-events-auto")}
      >
        {children}
      </button>
      <span id={reasonId} hidden>
        {reason}
      </span>
    </>
  );
}
