"use client";

import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormSelectField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { OneTimeSecret } from "./one-time-secret.tsx";

export interface ForgeChoice {
  readonly forge: string;
  readonly title: string;
  /** What to do there. */
  readonly steps: string;
}

/** The sheet that makes address and secret for a forge's webhooks and shows them with what to do there. */
export function InboundSecret({
  action,
  project,
  forges,
  chosen,
  onClose,
}: {
  readonly action: FormAction;
  readonly project: string;
  readonly forges: readonly ForgeChoice[];
  /** The forge that gets a new secret; null: one may choose. */
  readonly chosen: string | null;
  readonly onClose: () => void;
}) {
  const [forge, setForge] = useState(chosen ?? forges[0]?.forge ?? "");
  const [made, setMade] = useState<{ url: string; secret: string } | null>(null);
  const about = forges.find((one) => one.forge === forge);
  if (made !== null)
    return (
      <Dialog open onClose={onClose} title={`The webhook of ${about?.title ?? forge}`}>
        <OneTimeSecret
          values={[
            { label: "Address", text: made.url },
            { label: "Secret", text: made.secret },
          ]}
          words={chosen === null ? "" : "The old one counts no more."}
          onClose={onClose}
        >
          <p className="text-muted text-sm text-pretty">{about?.steps}</p>
        </OneTimeSecret>
      </Dialog>
    );
  return (
    <Dialog open onClose={onClose} title={chosen === null ? "Take webhooks" : `A new secret for ${about?.title ?? forge}?`}>
      <ActionForm
        action={action}
        values={chosen === null ? { project } : { project, forge: chosen }}
        className="mt-2 space-y-4"
        onDone={({ created }) => setMade({ url: created?.link ?? "", secret: created?.token ?? "" })}
      >
        {chosen === null ? (
          <FormSelectField name="forge" label="From" value={forge} onChange={(event) => setForge(event.target.value)} data-autofocus>
            {forges.map((one) => (
              <option key={one.forge} value={one.forge}>
                {one.title}
              </option>
            ))}
          </FormSelectField>
        ) : (
          <p className="text-muted text-sm">Webhooks signed with the old secret are refused from then on, until it is changed there too.</p>
        )}
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Not now</Button>
          <SubmitButton>Make the secret</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}
