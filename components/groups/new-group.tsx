"use client";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { GroupFields } from "./group-fields.tsx";

/** The sheet that makes a group. */
export function NewGroup({ action, onClose }: { readonly action: FormAction; readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="New group">
      <ActionForm action={action} className="mt-2 space-y-4">
        <GroupFields name="" claim="" focus />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Not now</Button>
          <SubmitButton>Make the group</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
