"use client";

import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Digest } from "#components/ui/digest.tsx";
import { FormTextareaField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { Checklist } from "./checklist.tsx";
import { EvidencePicker } from "./evidence-picker.tsx";
import { useEvidence } from "./use-evidence.ts";

export interface VerdictDialogProperties {
  readonly kind: "approve" | "reject" | "not_testable";
  readonly action: FormAction;
  readonly environment: string;
  readonly name: string;
  readonly judged: { readonly releaseId: string; readonly releaseNumber: number; readonly digest: string; readonly seen: string };
  readonly checklist: readonly string[];
  readonly onClose: () => void;
}

const words = {
  approve: {
    title: "Approve",
    label: "Words",
    hint: "What you tried, for whoever carries it on.",
    confirm: "Approve",
    variant: "primary",
  },
  reject: {
    title: "Reject",
    label: "Why",
    hint: "The author reads this: what you did, what came, what should have.",
    confirm: "Reject",
    variant: "danger",
  },
  not_testable: {
    title: "Not testable:",
    label: "What is missing",
    hint: "What you need before you can try it.",
    confirm: "Say it cannot be tested",
    variant: "primary",
  },
} as const;

/** The sheet of a verdict. It is about what was live when it was opened: the server refuses it when something else is by now. */
export function VerdictDialog({ kind, action, environment, name, judged, checklist, onClose }: VerdictDialogProperties) {
  const [frozen] = useState(judged);
  const evidence = useEvidence(environment);
  const text = words[kind];
  const outdated = frozen.releaseId !== judged.releaseId;
  return (
    <Dialog open wide onClose={onClose} title={`${text.title} ${name}`}>
      <div onPaste={evidence.paste}>
        <ActionForm
          action={action}
          values={{ environment, verdict: kind, release: frozen.releaseId, seen: frozen.seen }}
          onDone={onClose}
          className="space-y-4"
        >
          <p className="text-muted flex flex-wrap items-center gap-2 text-sm">
            This is about release #{frozen.releaseNumber} <Digest digest={frozen.digest} className="text-xs" />
          </p>
          {outdated && (
            <p role="alert" className="bg-warn-soft text-ink rounded-md border p-3 text-sm">
              Release #{judged.releaseNumber} went live meanwhile. Copy your words, close this and look again.
            </p>
          )}
          <FormTextareaField
            name="words"
            label={text.label}
            hint={text.hint}
            required={kind !== "approve"}
            optional={kind === "approve"}
            rows={5}
            maxLength={4_000}
            data-autofocus
          />
          {checklist.length > 0 && <Checklist items={checklist} failing={kind !== "approve"} />}
          <EvidencePicker evidence={evidence} />
          <div className="flex flex-wrap justify-end gap-2 pt-1">
            <Button onClick={onClose}>Not now</Button>
            <SubmitButton variant={text.variant} disabled={evidence.busy}>
              {text.confirm}
            </SubmitButton>
          </div>
        </ActionForm>
      </div>
    </Dialog>
  );
}
