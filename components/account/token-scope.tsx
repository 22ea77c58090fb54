"use client";

import { useState } from "react";

import { CheckRow } from "#components/ui/check-row.tsx";
import { useFieldError } from "#components/ui/form-state.ts";
import { type AnyVerb, verbMeanings } from "#lib/domain/access/words.ts";

export interface TokenProject {
  readonly slug: string;
  readonly name: string;
}

/** Looking is always within a token's reach. */
const always: readonly string[] = ["see_health"] satisfies readonly AnyVerb[];
const verbs = Object.entries(verbMeanings).filter(([verb]) => !always.includes(verb));

/** Chooses what a new token may be used for: all projects or some, everything or some verbs. */
export function TokenScope({ projects }: { readonly projects: readonly TokenProject[] }) {
  return (
    <>
      <Scope
        name="projectScope"
        legend="For which projects?"
        all="All I may view, now and later"
        some="Only these"
        field="project"
        error={useFieldError("projects")}
        choices={projects.map(({ slug, name }) => ({ value: slug, label: name }))}
      />
      <Scope
        name="verbScope"
        legend="For what?"
        all="Whatever I may do"
        some="Only this"
        field="verb"
        error={useFieldError("verbs")}
        choices={verbs.map(([verb, description]) => ({ value: verb, label: verb, description }))}
      />
    </>
  );
}

function Scope({
  name,
  legend,
  all,
  some,
  field,
  choices,
  error,
}: {
  readonly name: string;
  readonly legend: string;
  readonly all: string;
  readonly some: string;
  readonly field: string;
  readonly choices: ReadonlyArray<{ readonly value: string; readonly label: string; readonly description?: string }>;
  readonly error: string | undefined;
}) {
  const [limited, setLimited] = useState(false);
  return (
    <fieldset className="space-y-1.5">
      <legend className="text-ink mb-1.5 text-sm font-medium">{legend}</legend>
      <CheckRow type="radio" name={name} value="all" label={all} checked={!limited} onChange={() => setLimited(false)} />
      {choices.length > 0 && (
        <CheckRow type="radio" name={name} value="some" label={some} checked={limited} onChange={() => setLimited(true)} />
      )}
      {limited && (
        <div className="bg-sunken ml-6.5 max-h-48 space-y-2 overflow-y-auto rounded-sm border p-2.5">
          {choices.map((choice) => (
            <CheckRow
              key={choice.value}
              name={field}
              value={choice.value}
              label={<bdi>{choice.label}</bdi>}
              description={choice.description}
            />
          ))}
        </div>
      )}
      {error !== undefined && <p className="text-bad ml-6.5 text-xs">{error}</p>}
    </fieldset>
  );
}
