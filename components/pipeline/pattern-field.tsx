"use client";

import { useDeferredValue, useState } from "react";

import { FormSelectField, FormTextField } from "#components/ui/form-fields.tsx";
import { RefName } from "#components/ui/ref-name.tsx";
import { stageTakes } from "#lib/domain/stages/gates.ts";

export interface TriedRef {
  readonly kind: "branch" | "tag";
  readonly name: string;
}

const shown = 8;

/** Which refs a stage takes, tried on the project's own while one types. */
export function PatternField({
  refKind,
  pattern,
  perRef,
  defaultBranch,
  refs,
  refsTotal,
}: {
  readonly refKind: "branch" | "tag" | "none";
  readonly pattern: string;
  readonly perRef: boolean;
  readonly defaultBranch: string | null;
  readonly refs: readonly TriedRef[];
  readonly refsTotal: number;
}) {
  const [kind, setKind] = useState<string>(refKind);
  const [text, setText] = useState(pattern);
  const tried = useDeferredValue(text);
  const rule = { refKind: kind === "branch" || kind === "tag" ? kind : null, refPattern: tried.trim() } as const;
  const taken = refs.filter((ref) => stageTakes(rule, ref, defaultBranch));
  return (
    <div className="space-y-2">
      <div className="grid gap-4 sm:grid-cols-3">
        <FormSelectField name="refKind" label="Takes" value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="branch">branches</option>
          <option value="tag">tags</option>
          <option value="none">nothing by itself</option>
        </FormSelectField>
        <FormTextField
          name="refPattern"
          label="Named"
          required
          mono
          maxLength={100}
          value={text}
          onChange={(event) => setText(event.target.value)}
          spellCheck={false}
          autoComplete="off"
        />
        <FormSelectField name="perRef" label="Environments" defaultValue={perRef ? "ref" : "one"}>
          <option value="ref">one for each</option>
          <option value="one">a single one</option>
        </FormSelectField>
      </div>
      <p className="text-faint text-xs">
        <code className="font-mono">*</code> stands for any characters, <code className="font-mono">:default</code> for the default branch,{" "}
        <code className="font-mono">:other</code> for every other branch.
      </p>
      {rule.refKind !== null && <Tried taken={taken} tried={refs.length} total={refsTotal} />}
    </div>
  );
}

function Tried({ taken, tried, total }: { readonly taken: readonly TriedRef[]; readonly tried: number; readonly total: number }) {
  const of = total > tried ? `the newest ${tried} of ${total}` : `${tried}`;
  return (
    <div role="status" className="bg-sunken rounded-sm border px-3 py-2 text-xs">
      <p className="text-muted">
        {tried === 0
          ? "The repository has no branches or tags yet."
          : `Takes ${taken.length} of ${of} branches and tags${taken.length > 0 ? ":" : "."}`}
      </p>
      {taken.length > 0 && (
        <ul className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1">
          {taken.slice(0, shown).map((ref) => (
            <li key={`${ref.kind}/${ref.name}`} className="max-w-full min-w-0">
              <RefName kind={ref.kind} name={ref.name} className="max-w-full" />
            </li>
          ))}
          {taken.length > shown && <li className="text-faint">and {taken.length - shown} more</li>}
        </ul>
      )}
    </div>
  );
}
