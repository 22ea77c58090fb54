"use client";

import { clsx } from "clsx";
import type { ComponentProps } from "react";
import { useFormStatus } from "react-dom";

import { buttonClass, type ButtonLook } from "./button-class.ts";
import { Spinner } from "./spinner.tsx";

/** The button of a form with a server action. While the action runs it keeps its width, shows a spinner and takes no second press. */
export function SubmitButton({ variant = "primary", size, className, children, disabled, ...rest }: ComponentProps<"button"> & ButtonLook) {
  const { pending } = useFormStatus();
  return (
    <button
      type="submit"
      className={clsx("relative", buttonClass({ variant, size, className }))}
      disabled={disabled === true || pending}
      aria-busy={pending}
      {...rest}
    >
      {pending && (
        <span className="absolute inset-0 grid place-items-center">
          <Spinner className="size-3.5" />
        </span>
      )}
      <span className={clsx("inline-flex items-center gap-1.5", pending && "opacity-0")}>{children}</span>
    </button>
  );
}
