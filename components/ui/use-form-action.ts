"use client";

import { useRouter } from "next/navigation";
import { useActionState, useEffect, useRef } from "react";

import type { ActionResult } from "#lib/core/problem.ts";

import { toast } from "./toast.ts";

/** A server action as a form knows it. */
export type FormAction = (previous: ActionResult, form: FormData) => Promise<ActionResult>;

type Done = Extract<ActionResult, { status: "done" }>;

interface Options {
  /** Where a failure is told: by the form itself, or in the corner for forms that are a single button. */
  readonly failure: "inline" | "toast";
  /** Called once for every answer that is "done". */
  readonly onDone?: ((result: Done) => void) | undefined;
}

const idle: ActionResult = { status: "idle" };

/** The state of a form with a server action: says in the corner when it worked and lets the page show the new state. */
export function useFormAction(action: FormAction, { failure, onDone }: Options): [ActionResult, (form: FormData) => void] {
  const [result, submit] = useActionState(action, idle);
  const router = useRouter();
  const told = useRef<ActionResult>(idle);

  useEffect(() => {
    if (told.current === result) return;
    told.current = result;
    tell(result, failure);
    if (result.status !== "done") return;
    router.refresh();
    onDone?.(result);
  }, [result, failure, onDone, router]);

  return [result, submit];
}

/** Shows an answer in the corner of the page; an "inline" failure is left to the form. */
export function tell(result: ActionResult, failure: "inline" | "toast"): void {
  if (result.status === "done" && result.message !== undefined) toast({ tone: "good", title: result.message });
  if (result.status === "failed" && failure === "toast") {
    toast({ tone: "bad", title: result.problem.title, detail: result.problem.detail ?? result.problem.help });
  }
}
