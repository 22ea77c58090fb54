"use client";

import { useRouter } from "next/navigation";
import { useCallback, useTransition } from "react";

import { type FormAction, tell } from "./use-form-action.ts";

/** Runs a server action from a menu: says how it went in the corner and lets the page show the new state. */
export function useAction(): { pending: boolean; run: (action: FormAction, values: Readonly<Record<string, string>>) => void } {
  const [pending, start] = useTransition();
  const router = useRouter();
  const run = useCallback(
    (action: FormAction, values: Readonly<Record<string, string>>) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(values)) form.set(name, value);
      start(async () => {
        tell(await action({ status: "idle" }, form), "toast");
        router.refresh();
      });
    },
    [router],
  );
  return { pending, run };
}
