"use client";

import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { FormSelectField, FormTextareaField, FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import type { JobDefaults } from "#lib/domain/jobs/queries.ts";
import type { JobRow } from "#lib/domain/jobs/rows.ts";
import { jobDefaults, jobNameMaxLength } from "#lib/domain/jobs/schema.ts";

import { ScheduleFields } from "./schedule-fields.tsx";
import { concurrencyWords, executorWords } from "./words.ts";

/** The sheet that makes a job or changes one: what it runs, when, and within which limits. */
export function JobDialog({
  action,
  values,
  defaults,
  edited,
  onClose,
}: {
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly defaults: JobDefaults;
  readonly edited: JobRow | null;
  readonly onClose: () => void;
}) {
  const scheduler = edited?.executor ?? defaults.scheduler;
  const other = executorWords[scheduler];
  return (
    <Dialog open onClose={onClose} wide title={edited === null ? "New job" : `Change ${edited.name}`}>
      <ActionForm action={action} values={values} onDone={onClose} className="mt-2 space-y-5">
        {other !== null && (
          <p className="text-muted text-xs">{other} keeps the time of this job and starts it, as this cluster is set up with it.</p>
        )}
        <FormTextField
          name="name"
          label="Name"
          mono
          required
          maxLength={jobNameMaxLength}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          placeholder="nightly-import"
          defaultValue={edited?.name}
        />
        <StartFields edited={edited} />
        <ScheduleFields edited={edited} scheduler={scheduler} />
        <LimitFields edited={edited} defaults={defaults} />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>{edited === null ? "Not now" : "Keep as it is"}</Button>
          <SubmitButton>{edited === null ? "Make the job" : "Save the job"}</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}

function StartFields({ edited }: { readonly edited: JobRow | null }) {
  const [kind, setKind] = useState<string>(edited?.start?.startKind ?? jobDefaults.startKind);
  return (
    <div className="space-y-3">
      <FormSelectField name="startKind" label="What it runs" value={kind} onChange={(event) => setKind(event.target.value)}>
        <option value="command">A command, by /bin/sh in the container</option>
        <option value="arguments">The image’s entrypoint, with arguments</option>
        <option value="image">What the image starts by itself</option>
      </FormSelectField>
      {kind === "command" && (
        <FormTextareaField
          name="command"
          label="Command"
          mono
          rows={2}
          maxLength={4000}
          autoComplete="off"
          spellCheck={false}
          required
          placeholder="node import.js --all"
          defaultValue={edited?.start?.command ?? ""}
          hint="It has the variables of the environment. Exit code 0 is success."
        />
      )}
      {kind === "arguments" && (
        <FormTextareaField
          name="arguments"
          label="Arguments"
          mono
          rows={3}
          maxLength={20_000}
          autoComplete="off"
          spellCheck={false}
          required
          defaultValue={edited?.start?.arguments.join("\n") ?? ""}
          hint="One on each line, given as they are: nothing is split or expanded."
        />
      )}
    </div>
  );
}

function LimitFields({ edited, defaults }: { readonly edited: JobRow | null; readonly defaults: JobDefaults }) {
  const from = edited ?? { ...jobDefaults, ...defaults };
  const number = (name: string, label: string, value: number, more: { step?: string; min: number; hint?: string }) => (
    <FormTextField name={name} label={label} type="number" inputMode="decimal" required defaultValue={value} {...more} />
  );
  return (
    <fieldset className="space-y-3 border-t pt-4">
      <legend className="sr-only">Limits</legend>
      <FormSelectField name="concurrency" label="When it is due and has not ended" defaultValue={from.concurrency}>
        {Object.entries(concurrencyWords).map(([rule, words]) => (
          <option key={rule} value={rule}>
            {words}
          </option>
        ))}
      </FormSelectField>
      <div className="grid gap-3 sm:grid-cols-2">
        {number("timeLimitSeconds", "Time limit, in seconds", from.timeLimitSeconds, { min: 1, hint: "A run that takes longer is ended." })}
        {number("startDeadlineSeconds", "Start deadline, in seconds", from.startDeadlineSeconds, {
          min: 10,
          hint: "A run that cannot begin within it is skipped.",
        })}
        {number("retries", "Further attempts after a failure", from.retries, { min: 0 })}
        {number("retryPauseSeconds", "Pause before each, in seconds", from.retryPauseSeconds, { min: 0 })}
        {number("cpus", "Processors", from.cpus, { min: 0.01, step: "any" })}
        {number("mem", "Memory, in MiB", from.mem, { min: 16 })}
      </div>
    </fieldset>
  );
}
