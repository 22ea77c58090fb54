"use client";

import { CircleCheck, Hourglass, Minus, Plus } from "lucide-react";
import { useId, useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { countWords, effectWords, instancesAtMost, scaleEffect, type ScalingFacts } from "#lib/domain/environments/words-of-scaling.ts";

/** The sheet that scales out and in; it says what the number means before it is sent. */
export function ScaleDialog({
  id,
  name,
  facts,
  action,
  onClose,
}: {
  readonly id: string;
  readonly name: string;
  readonly facts: ScalingFacts;
  readonly action: FormAction;
  readonly onClose: () => void;
}) {
  const [typed, setTyped] = useState(String(facts.instances));
  const wanted = /^\d{1,3}$/u.test(typed) ? Number(typed) : null;
  const usable = wanted !== null && wanted >= 1 && wanted <= instancesAtMost;
  const step = (by: number) => setTyped(String(Math.min(instancesAtMost, Math.max(1, (wanted ?? facts.instances) + by))));
  return (
    <Dialog open onClose={onClose} title={`Scale ${name}`}>
      <ActionForm action={action} values={{ environment: id }} onDone={onClose} className="mt-2 space-y-4">
        <div className="flex items-end gap-2">
          <FormTextField
            name="instances"
            label="Instances"
            type="number"
            inputMode="numeric"
            required
            min={1}
            max={instancesAtMost}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            data-autofocus
            autoComplete="off"
            fieldClassName="w-28"
          />
          <Button onClick={() => step(-1)} aria-label="One instance less" disabled={wanted !== null && wanted <= 1}>
            <Minus aria-hidden />
          </Button>
          <Button onClick={() => step(1)} aria-label="One instance more" disabled={wanted !== null && wanted >= instancesAtMost}>
            <Plus aria-hidden />
          </Button>
        </div>
        <Effect facts={facts} wanted={wanted} usable={usable} />
        <p className="text-faint text-xs">
          It stays so through later deployments. New environments of this stage begin with {countWords(facts.stageInstances)}, as the
          project’s settings say.
        </p>
        <div className="flex flex-wrap justify-end gap-2 pt-1">
          <Button onClick={onClose}>Keep {countWords(facts.instances)}</Button>
          <SubmitButton disabled={!usable || wanted === facts.instances}>{usable ? `Scale to ${wanted}` : "Scale"}</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}

function Effect({ facts, wanted, usable }: { readonly facts: ScalingFacts; readonly wanted: number | null; readonly usable: boolean }) {
  const id = useId();
  const effect = wanted === null || !usable ? null : scaleEffect(facts, wanted);
  const isTight = effect === null || effect.fits !== true;
  const Icon = isTight ? Hourglass : CircleCheck;
  return (
    <section
      aria-labelledby={id}
      aria-live="polite"
      className={isTight ? "bg-warn-soft rounded-md border p-3" : "bg-sunken rounded-md border p-3"}
    >
      <h3 id={id} className="text-muted mb-1 flex items-center gap-1.5 text-xs font-medium">
        <Icon aria-hidden className={isTight ? "text-warn size-3.5" : "size-3.5"} /> What changes
      </h3>
      <ul className="text-ink min-h-15 space-y-1 text-sm">
        {effect === null ? (
          <li>
            {wanted === 0
              ? "An environment without instances is a stopped one: use Stop for that."
              : `Choose from 1 to ${instancesAtMost} instances.`}
          </li>
        ) : (
          effectWords(effect, facts).map((sentence) => <li key={sentence}>{sentence}</li>)
        )}
      </ul>
    </section>
  );
}
