"use client";

import { clsx } from "clsx";
import { Popover } from "radix-ui";
import { useId, useState } from "react";

import { CheckRow } from "#components/ui/check-row.tsx";
import { type EnvironmentPolicyVerb, environmentVerbs } from "#lib/domain/access/policy.ts";
import { verbMeanings } from "#lib/domain/access/words.ts";
import { type Matrix, cellName, normalVerbs, stageKindNames } from "#lib/domain/permissions/words.ts";

type Role = keyof Matrix;
type StageKind = keyof Matrix[Role];

interface Cell {
  readonly role: Role;
  readonly stageKind: StageKind;
  readonly verbs: readonly EnvironmentPolicyVerb[];
}

/** One cell: its verbs as a button that opens a list to tick. Changed cells and what differs from the default are marked. */
export function MatrixCell({
  usual,
  changed,
  onChange,
  ...cell
}: Cell & {
  /** What the platform's default grants here; null where there is nothing to compare with. */
  readonly usual: readonly EnvironmentPolicyVerb[] | null;
  readonly changed: boolean;
  readonly onChange: (verbs: readonly EnvironmentPolicyVerb[]) => void;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={nameOf(cell, usual, changed)}
        className={clsx(
          "min-h-9 w-full rounded-sm border px-2 py-1.5 text-left transition-colors",
          changed ? "border-warn bg-warn-soft" : "hover:bg-hover border-transparent",
          open && "border-edge bg-hover",
        )}
      >
        <Verbs verbs={cell.verbs} usual={usual} />
      </Popover.Trigger>
      {open && <Choices {...cell} usual={usual} onChange={onChange} />}
    </Popover.Root>
  );
}

function Verbs({ verbs, usual }: Pick<Cell, "verbs"> & { readonly usual: readonly EnvironmentPolicyVerb[] | null }) {
  const missing = (usual ?? []).filter((verb) => !verbs.includes(verb));
  if (verbs.length === 0 && missing.length === 0) return <span className="text-faint">–</span>;
  return (
    <span className="flex flex-wrap gap-x-2">
      {verbs.map((verb) => (
        <span
          key={verb}
          className={usual === null || usual.includes(verb) ? undefined : "text-link font-medium underline decoration-dotted"}
        >
          {verb}
        </span>
      ))}
      {missing.map((verb) => (
        <s key={verb} className="text-faint">
          {verb}
        </s>
      ))}
    </span>
  );
}

function Choices({
  role,
  stageKind,
  verbs,
  usual,
  onChange,
}: Cell & {
  readonly usual: readonly EnvironmentPolicyVerb[] | null;
  readonly onChange: (verbs: readonly EnvironmentPolicyVerb[]) => void;
}) {
  const id = useId();
  const toggle = (verb: EnvironmentPolicyVerb, on: boolean) =>
    onChange(normalVerbs(on ? [...verbs, verb] : verbs.filter((each) => each !== verb)));
  return (
    // Inside the page's landmark, so that screen readers know where they are.
    <Popover.Portal container={document.getElementById("main")}>
      <Popover.Content
        align="start"
        sideOffset={4}
        collisionPadding={8}
        aria-labelledby={id}
        className="animate-appear bg-raised shadow-float z-50 max-h-(--radix-popover-content-available-height) w-72 overflow-y-auto rounded-md border p-2"
      >
        <fieldset>
          <legend id={id} className="text-faint px-2 pt-1 pb-2 text-xs">
            What the role <b className="text-ink">{role}</b> may do in <b className="text-ink">{stageKindNames[stageKind]}</b>
          </legend>
          {environmentVerbs.map((verb) => {
            const implied = verb === "view" && verbs.length > 1;
            return (
              <CheckRow
                key={verb}
                className="hover:bg-hover rounded-xs px-2 py-1.5"
                checked={verbs.includes(verb)}
                disabled={implied}
                onChange={(event) => toggle(verb, event.target.checked)}
                label={
                  <>
                    {verb}
                    {usual !== null && usual.includes(verb) !== verbs.includes(verb) && (
                      <span className="text-link ml-1.5 text-xs">{usual.includes(verb) ? "default: yes" : "default: no"}</span>
                    )}
                  </>
                }
                description={implied ? "Comes with everything else" : verbMeanings[verb]}
              />
            );
          })}
        </fieldset>
      </Popover.Content>
    </Popover.Portal>
  );
}

/** "tester · UAT: view, logs. Default: view. Changed." */
function nameOf({ role, stageKind, verbs }: Cell, usual: readonly EnvironmentPolicyVerb[] | null, changed: boolean): string {
  const said = (list: readonly string[]) => (list.length === 0 ? "nothing" : list.join(", "));
  const differs = usual !== null && said(usual) !== said(verbs);
  return `${cellName(role, stageKind)}: ${said(verbs)}.${differs ? ` Default: ${said(usual)}.` : ""}${changed ? " Not saved yet." : ""}`;
}
