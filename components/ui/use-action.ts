"use client";

import { useRouter } from "next/navigation";
import { useCallback, useTransition } from "react";

import type { FormAction } from "./action-form.tsx";
import { toast } from "./toast.ts";

/** Runs a server action from a menu: says how it went in the corner and lets the page show the new state. */
export function useAction(): { pending: boolean; run: (action: FormAction, values: Readonly<Record<string, string>>) => void } {
  const [pending, start] = useTransition();
  const router = useRouter();
  const run = useCallback(
    (action: FormAction, values: Readonly<Record<string, string>>) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(values)) form.set(name, value);
      start(async () => {
        const result = await action({ status: "idle" }, form);
        if (result.status === "failed") {
          toast({ tone: "bad", title: result.problem.title, detail: result.problem.detail ?? result.problem.help });
        } else if (result.status === "done" && result.message !== undefined) toast({ tone: "good", title: result.message });
        router.refresh();
      });
    },
    [router],
  );
  return { pending, run };
}
