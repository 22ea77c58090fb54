"use client";

import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { PersonState } from "#lib/domain/people/schema.ts";

import { OneTimeLink } from "./one-time-link.tsx";

/** The sheet that makes a new link with which somebody sets a password, and shows it. */
export function NewLink({
  person,
  action,
  onClose,
}: {
  readonly person: { readonly id: string; readonly name: string; readonly state: PersonState };
  readonly action: FormAction;
  readonly onClose: () => void;
}) {
  const [link, setLink] = useState<string | null>(null);
  // What was asked for stays on the sheet, also when the page around it is read again.
  const [isNew] = useState(person.state === "invited");
  if (link !== null)
    return (
      <Dialog open onClose={onClose} title={isNew ? "The invitation" : "The password link"}>
        <OneTimeLink link={link} name={person.name} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog open onClose={onClose} title={isNew ? `New invitation for ${person.name}?` : `New password link for ${person.name}?`}>
      <ActionForm
        action={action}
        values={{ person: person.id }}
        onDone={(result) => setLink(result.created?.link ?? null)}
        className="mt-2 space-y-4"
      >
        <ul className="text-muted list-disc space-y-1 pl-5 text-sm">
          <li>You get a link to send on. With it, and only once, a password is set.</li>
          <li>Older links of this person end now.</li>
          {!isNew && <li>The present password and sessions stay until the link is used; then they end.</li>}
        </ul>
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Not now</Button>
          <SubmitButton data-autofocus>Make the link</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
