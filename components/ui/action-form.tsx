"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useActionState, useEffect, useRef } from "react";

import type { ActionResult } from "#lib/core/problem.ts";

import { FormStateContext } from "./form-state.ts";
import { Problem } from "./problem.tsx";
import { toast } from "./toast.ts";

/** A server action as a form knows it. */
export type FormAction = (previous: ActionResult, form: FormData) => Promise<ActionResult>;

interface Properties {
  readonly action: FormAction;
  /** Values that are sent along without being shown. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  readonly children: ReactNode;
  readonly className?: string | undefined;
  /** Where a failure without a field is told: above the fields, or in the corner for forms that are a single button. */
  readonly failure?: "inline" | "toast";
  /** Called once for every answer that is "done". */
  readonly onDone?: ((result: Extract<ActionResult, { status: "done" }>) => void) | undefined;
}

const idle: ActionResult = { status: "idle" };

/**
 * A form with a server action: works before the scripts are there, keeps what was typed when the answer is a refusal, says so when
 * it worked, and lets the page show the new state.
 */
export function ActionForm({ action, values = {}, children, className, failure = "inline", onDone }: Properties) {
  const [result, submit] = useActionState(action, idle);
  const router = useRouter();
  const told = useRef<ActionResult>(idle);

  useEffect(() => {
    if (told.current === result) return;
    told.current = result;
    if (result.status === "done") {
      if (result.message !== undefined) toast({ tone: "good", title: result.message });
      router.refresh();
      onDone?.(result);
    } else if (result.status === "failed" && failure === "toast") {
      toast({ tone: "bad", title: result.problem.title, detail: result.problem.detail ?? result.problem.help });
    }
  }, [result, failure, onDone, router]);

  return (
    <form
      action={submit}
      className={className}
      onReset={(event) => {
        // React empties a form after every answer; after a refusal people want their words back.
        if (result.status === "failed") event.preventDefault();
      }}
    >
      {Object.entries(values).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <FormStateContext value={result}>
        {result.status === "failed" && failure === "inline" && <Problem live problem={result.problem} />}
        {children}
      </FormStateContext>
    </form>
  );
}
