"use client";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/card.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";
import { type Holders, type MatrixChange, cellName, changeWords, peopleConcerned } from "#lib/domain/permissions/words.ts";

import { peopleWords } from "./people-words.ts";

/** What saving would change, in words, and whom it concerns. Says where to begin while nothing is changed. */
export function MatrixChanges({
  changes,
  holders,
  action,
  values,
  note,
  onUndo,
}: {
  readonly changes: readonly MatrixChange[];
  readonly holders: readonly Holders[];
  readonly action: FormAction;
  readonly values: Readonly<Record<string, string>>;
  readonly note?: string | undefined;
  readonly onUndo: () => void;
}) {
  if (changes.length === 0)
    return <p className="text-faint text-xs">Press a cell to change what its role may do there. Nothing counts before it is saved.</p>;
  return (
    <Section title="Not saved yet" description={`Concerns ${peopleWords(peopleConcerned(holders, changes))}.`}>
      <ActionForm action={action} values={values} className="space-y-4">
        <ul aria-live="polite" className="space-y-1 text-sm">
          {changes.map((change) => (
            <li key={cellName(change.role, change.stageKind)}>{changeWords(change)}</li>
          ))}
        </ul>
        {note !== undefined && <p className="text-muted text-sm">{note}</p>}
        <div className="flex flex-wrap gap-2">
          <SubmitButton>{changes.length === 1 ? "Save the change" : `Save ${changes.length} changes`}</SubmitButton>
          <Button onClick={onUndo}>Undo</Button>
        </div>
      </ActionForm>
    </Section>
  );
}
