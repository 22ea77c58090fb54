"use client";

import { Info, Undo2 } from "lucide-react";
import type { ReactNode } from "react";

import { ActionForm } from "./action-form.tsx";
import type { ButtonVariant } from "./button-class.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { FormTextField } from "./form-fields.tsx";
import { SubmitButton } from "./submit-button.tsx";
import type { FormAction } from "./use-form-action.ts";

export interface ConfirmWords {
  readonly title: string;
  /** What changes, one sentence each. */
  readonly changes: readonly ReactNode[];
  /** How to undo it, or that it cannot be undone. */
  readonly undo: ReactNode;
  /** The effect, named on the button: "Destroy review/issue-1". */
  readonly confirm: string;
  readonly variant?: ButtonVariant;
  /** For the loss of data: the word that must be typed, and the field it is sent in. */
  readonly typed?: { readonly field: string; readonly word: string } | undefined;
}

/** The sheet before something risky: what changes, how to undo it, and a button that names the effect. */
export function ConfirmDialog({
  open,
  onClose,
  action,
  values,
  words,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly words: ConfirmWords;
}) {
  return (
    <Dialog open={open} onClose={onClose} title={words.title}>
      <ActionForm action={action} values={values} onDone={onClose} className="space-y-4">
        <dl className="space-y-3 text-sm">
          <div>
            <dt className="text-faint mb-1 flex items-center gap-1.5 text-xs font-medium">
              <Info aria-hidden className="size-3.5" /> What changes
            </dt>
            <dd>
              <ul className="text-ink space-y-1">
                {words.changes.map((change, index) => (
                  // The list never changes while it is shown.
                  <li key={index} className="foreign">
                    {change}
                  </li>
                ))}
              </ul>
            </dd>
          </div>
          <div>
            <dt className="text-faint mb-1 flex items-center gap-1.5 text-xs font-medium">
              <Undo2 aria-hidden className="size-3.5" /> How to undo
            </dt>
            <dd className="text-ink">{words.undo}</dd>
          </div>
        </dl>
        {words.typed !== undefined && (
          <FormTextField
            name={words.typed.field}
            label={
              <>
                Type <code className="bg-hover rounded-xs px-1 font-mono">{words.typed.word}</code> to confirm
              </>
            }
            required
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            pattern={literalPattern(words.typed.word)}
          />
        )}
        <div className="flex flex-wrap justify-end gap-2 pt-1">
          <Button onClick={onClose} data-autofocus={words.typed === undefined ? true : undefined}>
            Keep as it is
          </Button>
          <SubmitButton variant={words.variant ?? "danger"}>{words.confirm}</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}

/** A pattern that only this text fulfils, also where browsers read it with the v flag. */
function literalPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/&!#%,:;<=>@`~-]/gu, String.raw`\$&`);
}
