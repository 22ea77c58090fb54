"use client";

import { KeyRound, Type } from "lucide-react";
import { useState } from "react";

import { ActionForm } from "#components/ui/action-form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { SelectField } from "#components/ui/field.tsx";
import { FormTextareaField, FormTextField } from "#components/ui/form-fields.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { scopeKey, scopeValues, type VariableScope } from "./scope.ts";

type Kind = "plain" | "secret";

/** A variable that exists: only its value may change. */
export interface EditedVariable {
  readonly name: string;
  readonly kind: Kind;
  readonly value: string | null;
  readonly scope: VariableScope;
}

/** Sets a variable or a secret. A secret's value goes in and never comes out. */
export function VariableDialog({
  project,
  scopes,
  edited,
  action,
  onClose,
}: {
  readonly project: string;
  /** Where it may be set; the first is offered first. */
  readonly scopes: readonly VariableScope[];
  readonly edited: EditedVariable | null;
  readonly action: FormAction;
  readonly onClose: () => void;
}) {
  const [kind, setKind] = useState<Kind>(edited?.kind ?? "plain");
  const [chosen, setChosen] = useState(scopes[0] === undefined ? "project" : scopeKey(scopes[0]));
  const scope = edited?.scope ?? scopes.find((each) => scopeKey(each) === chosen) ?? scopes[0];
  if (scope === undefined) return null;

  // A new one sends the name and kind of its own fields.
  const values = { project, ...scopeValues(scope), ...(edited === null ? {} : { name: edited.name, kind: edited.kind }) };
  return (
    <Dialog open onClose={onClose} title={edited === null ? "Add a variable" : `Change ${edited.name}`}>
      <ActionForm action={action} values={values} onDone={onClose} className="mt-2 space-y-4">
        {edited === null && (
          <>
            <KindChoice kind={kind} onChoose={setKind} />
            <div className="grid gap-4 sm:grid-cols-2">
              <FormTextField
                name="name"
                label="Name"
                mono
                required
                maxLength={200}
                data-autofocus
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                placeholder="DATABASE_URL"
              />
              <SelectField label="For" value={chosen} onChange={(event) => setChosen(event.target.value)}>
                {scopes.map((each) => (
                  <option key={scopeKey(each)} value={scopeKey(each)}>
                    {each.label}
                  </option>
                ))}
              </SelectField>
            </div>
          </>
        )}
        <FormTextareaField
          name="value"
          label={kind === "secret" && edited !== null ? "New value" : "Value"}
          mono
          rows={3}
          maxLength={65_536}
          autoComplete="off"
          spellCheck={false}
          data-autofocus={edited === null ? undefined : true}
          defaultValue={edited?.value ?? ""}
          required={kind === "secret"}
          className={kind === "secret" ? "[-webkit-text-security:disc]" : undefined}
          hint={
            kind === "secret"
              ? "Sealed when you save. Nobody can read it back, not even you; it can only be replaced."
              : "Shown to everybody who may configure this."
          }
        />
        <p className="text-muted text-xs">
          Running environments get it with a new release: they are deployed again, the image stays the same.
        </p>
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Keep as it is</Button>
          <SubmitButton>{edited === null ? "Add it" : "Save the value"}</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}

const kinds = [
  { kind: "plain", icon: Type, title: "Plain", text: "can be read again" },
  { kind: "secret", icon: KeyRound, title: "Secret", text: "write-only" },
] as const;

function KindChoice({ kind, onChoose }: { readonly kind: Kind; readonly onChoose: (kind: Kind) => void }) {
  return (
    <fieldset>
      <legend className="sr-only">Kind</legend>
      <div className="grid grid-cols-2 gap-2">
        {kinds.map(({ kind: each, icon: Icon, title, text }) => (
          <label
            key={each}
            className="border-line-strong hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-focus flex cursor-pointer items-center gap-2.5 rounded-sm border px-3 py-2 text-sm transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2"
          >
            <input type="radio" name="kind" value={each} checked={kind === each} onChange={() => onChoose(each)} className="sr-only" />
            <Icon aria-hidden className="text-muted size-4 shrink-0" />
            <span>
              <span className="font-medium">{title}</span> <span className="text-muted text-xs">{text}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
