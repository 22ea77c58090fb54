"use client";

import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { useFieldError } from "#components/ui/form-state.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

export interface FreezeSheetProperties {
  readonly action: FormAction;
  readonly project: string;
  readonly stages: ReadonlyArray<{ readonly name: string; readonly title: string }>;
  readonly onClose: () => void;
}

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A time in which nothing new enters a stage: once, every week, or as cron says. */
export function FreezeSheet({ action, project, stages, onClose }: FreezeSheetProperties) {
  const [kind, setKind] = useState("once");
  return (
    <Dialog open wide onClose={onClose} title="Add a freeze window">
      <ActionForm action={action} values={{ project }} onDone={onClose} className="space-y-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <FormTextField name="title" label="Why" required maxLength={80} placeholder="Year's end" data-autofocus />
          <FormSelectField name="stage" label="Where" defaultValue={stages.at(-1)?.name ?? ""}>
            <option value="">All stages</option>
            {stages.map((stage) => (
              <option key={stage.name} value={stage.name}>
                {stage.title}
              </option>
            ))}
          </FormSelectField>
          <FormSelectField name="kind" label="When" value={kind} onChange={(event) => setKind(event.target.value)}>
            <option value="once">Once</option>
            <option value="weekly">Every week</option>
            <option value="cron">As cron says</option>
          </FormSelectField>
          <FormTextField
            name="timeZone"
            label="Time zone"
            required
            mono
            list="time-zones"
            defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
            hint="The clock on this wall is meant, in summer and winter."
            spellCheck={false}
            autoComplete="off"
          />
        </div>
        <datalist id="time-zones">
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} label={zone} aria-label={zone} />
          ))}
        </datalist>
        {kind === "once" ? <Once /> : kind === "weekly" ? <Weekly /> : <AsCron />}
        <p className="text-muted text-xs">
          Promotions, pushes, redeploys and rollbacks wait in the queue and go on by themselves afterwards; what runs goes on running. A
          second person can let a promotion through, with a reason.
        </p>
        <div className="flex justify-end">
          <SubmitButton>Add window</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}

function Once() {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <FormTextField name="from" label="From" type="datetime-local" required />
      <FormTextField name="to" label="To" type="datetime-local" required />
    </div>
  );
}

function Weekly() {
  const cronError = useFieldError("cron");
  const durationError = useFieldError("durationMinutes");
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <FormSelectField name="day" label="From" defaultValue="5">
        {days.map((day, index) => (
          <option key={day} value={index}>
            {day}
          </option>
        ))}
      </FormSelectField>
      <FormTextField name="time" label="At" type="time" required defaultValue="16:00" error={cronError} />
      <Hours error={durationError} />
    </div>
  );
}

function AsCron() {
  const durationError = useFieldError("durationMinutes");
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <FormTextField
        name="cron"
        label="Begins"
        required
        mono
        maxLength={100}
        placeholder="0 16 * * 5"
        hint="Minute, hour, day, month, weekday."
        fieldClassName="sm:col-span-2"
        spellCheck={false}
        autoComplete="off"
      />
      <Hours error={durationError} />
    </div>
  );
}

function Hours({ error }: { readonly error: string | undefined }) {
  return (
    <FormTextField
      name="hours"
      label="For hours"
      type="number"
      required
      min={0.25}
      max={2208}
      step={0.25}
      defaultValue={64}
      error={error}
      hint="64: from Friday 16:00 to Monday 08:00."
    />
  );
}
