"use client";

import type { ComponentProps } from "react";

import { SelectField, TextareaField, TextField } from "./field.tsx";
import { useFieldError } from "./form-state.ts";

/** A `TextField` that shows what the server said about its name. */
export function FormTextField(props: ComponentProps<typeof TextField>) {
  const error = useFieldError(props.name);
  return <TextField {...props} error={error ?? props.error} />;
}

/** A `TextareaField` that shows what the server said about its name. */
export function FormTextareaField(props: ComponentProps<typeof TextareaField>) {
  const error = useFieldError(props.name);
  return <TextareaField {...props} error={error ?? props.error} />;
}

/** A `SelectField` that shows what the server said about its name. */
export function FormSelectField(props: ComponentProps<typeof SelectField>) {
  const error = useFieldError(props.name);
  return <SelectField {...props} error={error ?? props.error} />;
}
