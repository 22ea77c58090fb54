import { clsx } from "clsx";
import { CircleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";

import { controlClass } from "./control-class.ts";

interface Wired {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

interface FieldWords {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** What is wrong with the value, as a sentence. */
  readonly error?: string | undefined;
  readonly optional?: boolean | undefined;
  readonly hideLabel?: boolean | undefined;
  readonly fieldClassName?: string | undefined;
}

/** A label, a control, a hint and an error that belong together, for eyes and screen readers alike. */
export function Field({
  label,
  hint,
  error,
  optional = false,
  hideLabel = false,
  fieldClassName,
  control,
}: FieldWords & { readonly control: (wired: Wired) => ReactNode }) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  const errorId = error === undefined ? undefined : `${id}-error`;
  const describedBy = [errorId, hintId].filter((part) => part !== undefined).join(" ");
  return (
    <div className={clsx("flex min-w-0 flex-col gap-1.5", fieldClassName)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-ink text-sm font-medium"}>
        {label}
        {optional && <span className="text-faint ml-1.5 font-normal">optional</span>}
      </label>
      {control({
        id,
        "aria-describedby": describedBy === "" ? undefined : describedBy,
        "aria-invalid": error === undefined ? undefined : true,
      })}
      {error !== undefined && (
        <p id={errorId} className="text-bad flex items-start gap-1.5 text-xs">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={hintId} className="text-faint text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

/** One line of text. */
export function TextField({
  label,
  hint,
  error,
  optional,
  hideLabel,
  fieldClassName,
  className,
  mono = false,
  ...rest
}: ComponentProps<"input"> & FieldWords & { readonly mono?: boolean }) {
  return (
    <Field
      {...{ label, hint, error, optional, hideLabel, fieldClassName }}
      control={(wired) => <input {...rest} {...wired} className={controlClass({ mono, className })} />}
    />
  );
}

/** Several lines of text. */
export function TextareaField({
  label,
  hint,
  error,
  optional,
  hideLabel,
  fieldClassName,
  className,
  mono = false,
  ...rest
}: ComponentProps<"textarea"> & FieldWords & { readonly mono?: boolean }) {
  return (
    <Field
      {...{ label, hint, error, optional, hideLabel, fieldClassName }}
      control={(wired) => <textarea rows={4} {...rest} {...wired} className={controlClass({ mono, tall: true, className })} />}
    />
  );
}

/** One of a few. */
export function SelectField({
  label,
  hint,
  error,
  optional,
  hideLabel,
  fieldClassName,
  className,
  ...rest
}: ComponentProps<"select"> & FieldWords) {
  return (
    <Field
      {...{ label, hint, error, optional, hideLabel, fieldClassName }}
      control={(wired) => <select {...rest} {...wired} className={controlClass({ className, select: true })} />}
    />
  );
}
