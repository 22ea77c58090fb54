"use client";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { ClusterFields } from "./cluster-fields.tsx";

/** The sheet that attaches a cluster. */
export function NewCluster({ action, onClose }: { readonly action: FormAction; readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Attach a cluster">
      <ActionForm action={action} className="mt-2 space-y-4">
        <ClusterFields />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Not now</Button>
          <SubmitButton>Attach and try it</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
