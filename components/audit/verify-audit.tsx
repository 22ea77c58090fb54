"use client";

import { useActionState } from "react";

import { CopyButton } from "#components/ui/copy-button.tsx";
import { Problem } from "#components/ui/problem.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { ActionResult } from "#lib/core/problem.ts";

/** What a check of the chain found. */
export type VerifyResult = ActionResult & { readonly head?: string };

type VerifyAction = (previous: VerifyResult, form: FormData) => Promise<VerifyResult>;

/** Recomputes the chain and says in words what it found, with the head to keep elsewhere. */
export function VerifyAudit({ action }: { readonly action: VerifyAction }) {
  const [result, submit] = useActionState(action, { status: "idle" });
  return (
    <div>
      <form action={submit}>
        <SubmitButton variant="secondary">Verify</SubmitButton>
      </form>
      <div role="status">
        {result.status === "done" && <p className="bg-good-soft text-ink mt-3 rounded-md border p-3.5 text-sm">{result.message}</p>}
        {result.status === "failed" && <Problem className="mt-3" problem={result.problem} />}
        {result.head !== undefined && (
          <div className="text-muted mt-2 text-xs">
            <p>
              Keep this head somewhere else. Given as <code className="font-mono">npm run verify-audit -- --head …</code>, it finds out
              whether the log before it was written anew.
            </p>
            <p className="mt-1 flex items-center gap-1.5">
              <code className="foreign font-mono">{result.head}</code>
              <CopyButton text={result.head} label="Copy the head" />
            </p>
          </div>
        )}
      </div>
    </div>
  );
}
