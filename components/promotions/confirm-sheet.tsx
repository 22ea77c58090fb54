"use client";

import { Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useCallback } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormTextareaField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

export interface SheetWords {
  readonly title: string;
  readonly undo: string;
  readonly confirm: string;
}

/**
 * The one sheet before every risky verb: what changes (a dry run), how to undo it, why, and a button that names the effect. In a frozen stage it
 * waits, unless somebody says why it cannot, and a second person agrees.
 */
export function ConfirmSheet({
  words,
  action,
  values,
  closeHref,
  frozen,
  refused,
  children,
}: {
  readonly words: SheetWords;
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  /** Where the page is without its sheet. */
  readonly closeHref: string;
  /** The stage is frozen: what is confirmed waits. */
  readonly frozen: string | null;
  /** Why it cannot be confirmed now. */
  readonly refused: string | null;
  /** The dry run. */
  readonly children: ReactNode;
}) {
  const router = useRouter();
  const close = useCallback(() => router.replace(closeHref, { scroll: false }), [router, closeHref]);
  return (
    <Dialog open wide onClose={close} title={words.title}>
      <ActionForm action={action} values={values} onDone={close} className="space-y-4">
        {children}
        <p className="text-muted flex items-start gap-1.5 text-sm">
          <Undo2 aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {words.undo}
        </p>
        {refused === null && (
          <FormTextareaField name="reason" label="Why" optional rows={2} maxLength={2000} hint="Kept with it, for whoever looks back." />
        )}
        {refused === null && frozen !== null && (
          <div className="bg-warn-soft rounded-sm p-3">
            <p className="text-warn mb-2 text-sm font-medium">{frozen} It waits and goes by itself when the window has ended.</p>
            <FormTextareaField
              name="overrideReason"
              label="Why it cannot wait"
              optional
              rows={2}
              maxLength={2000}
              hint="With a reason, a second person is asked to agree, and then it goes at once."
            />
          </div>
        )}
        <div className="flex flex-wrap items-center justify-end gap-2 pt-1">
          {refused !== null && <p className="text-warn mr-auto text-sm">{refused}</p>}
          <Button onClick={close} data-autofocus>
            Keep as it is
          </Button>
          {refused === null && <SubmitButton variant="primary">{words.confirm}</SubmitButton>}
        </div>
      </ActionForm>
    </Dialog>
  );
}
