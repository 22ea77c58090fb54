"use client";

import type { ReactNode } from "react";

import type { ActionResult } from "#lib/core/problem.ts";

import { FormStateContext } from "./form-state.ts";
import { Problem } from "./problem.tsx";
import { type FormAction, useFormAction } from "./use-form-action.ts";

interface Properties {
  readonly action: FormAction;
  /** Values that are sent along without being shown. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  readonly children: ReactNode;
  readonly className?: string | undefined;
  /** Called once for every answer that is "done". */
  readonly onDone?: ((result: Extract<ActionResult, { status: "done" }>) => void) | undefined;
}

/** A form with a server action. It works before the scripts are there and keeps what was typed when the answer is a refusal. */
export function ActionForm({ action, values = {}, children, className, onDone }: Properties) {
  const [result, submit] = useFormAction(action, { failure: "inline", onDone });
  return (
    <form
      action={submit}
      className={className}
      onReset={(event) => {
        // React empties a form after every answer; after a refusal people want their words back.
        if (result.status === "failed") event.preventDefault();
      }}
    >
      <HiddenValues values={values} />
      <FormStateContext value={result}>
        {result.status === "failed" && (
          <Problem live problem={result.fields === undefined ? result.problem : { ...result.problem, detail: null }} />
        )}
        {children}
      </FormStateContext>
    </form>
  );
}

/** Values of a form that nobody sees. */
export function HiddenValues({ values }: { readonly values: Readonly<Record<string, string>> }) {
  return Object.entries(values).map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />);
}
