"use client";

import { Ban, CircleCheck, KeyRound, Link2, LogOut, Pencil, ShieldCheck, ShieldOff } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";

import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Menu, type MenuEntry } from "#components/ui/menu.tsx";
import type { MenuTrigger } from "#components/ui/on-demand-menu.tsx";
import { Spinner } from "#components/ui/spinner.tsx";
import { useAction } from "#components/ui/use-action.ts";
import type { PersonState } from "#lib/domain/people/schema.ts";

import type { PersonActions } from "./actions.ts";
import { adminWords, disableWords, noAdminWords, signOutWords } from "./confirm-words.ts";
import { EditPerson } from "./edit-person.tsx";
import { NewLink } from "./new-link.tsx";
import { SetPassword } from "./set-password.tsx";

export interface PersonMenuProperties {
  readonly person: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly isAdmin: boolean;
    readonly state: PersonState;
    readonly isSelf: boolean;
    readonly sessions: number;
  };
  readonly actions: PersonActions;
}

type Sheet = "edit" | "password" | "link" | "admin" | "sign-out" | "disable";

/** Everything an admin may do to somebody. */
export function PersonMenu({ label, trigger, triggerClassName, tip, person, actions }: PersonMenuProperties & MenuTrigger) {
  const { pending, run } = useAction();
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const close = useCallback(() => setSheet(null), []);
  const enable = () => run(actions.updatePerson, { person: person.id, disabled: "false" });
  return (
    <>
      <Menu
        {...{ label, triggerClassName, tip }}
        trigger={pending ? <Spinner className="size-3.5" /> : trigger}
        entries={entriesOf(person, setSheet, enable)}
      />
      {sheet !== null && sheetOf(sheet, person, actions, close)}
    </>
  );
}

function entriesOf(person: PersonMenuProperties["person"], open: (sheet: Sheet) => void, enable: () => void): MenuEntry[] {
  const disabled = person.state === "disabled";
  return [
    { kind: "item", label: "Change name or e-mail…", icon: <Pencil aria-hidden />, onSelect: () => open("edit") },
    {
      kind: "item",
      label: person.state === "invited" ? "New invitation link…" : "New password link…",
      icon: <Link2 aria-hidden />,
      reason: disabled ? "Enable this person first." : null,
      onSelect: () => open("link"),
    },
    { kind: "item", label: "Set a password…", icon: <KeyRound aria-hidden />, onSelect: () => open("password") },
    person.isAdmin
      ? { kind: "item", label: "Take admin rights away…", icon: <ShieldOff aria-hidden />, onSelect: () => open("admin") }
      : { kind: "item", label: "Make an admin…", icon: <ShieldCheck aria-hidden />, onSelect: () => open("admin") },
    { kind: "separator" },
    {
      kind: "item",
      label: "Sign out everywhere…",
      icon: <LogOut aria-hidden />,
      reason: person.sessions === 0 ? "Not signed in anywhere." : null,
      onSelect: () => open("sign-out"),
    },
    disabled
      ? { kind: "item", label: "Enable", icon: <CircleCheck aria-hidden />, onSelect: enable }
      : { kind: "item", label: "Disable…", icon: <Ban aria-hidden />, danger: true, onSelect: () => open("disable") },
  ];
}

function sheetOf(
  sheet: Sheet,
  person: PersonMenuProperties["person"],
  { updatePerson, invitePerson, signOutPerson }: PersonActions,
  onClose: () => void,
): ReactNode {
  const { id, isAdmin } = person;
  const sheetFor = { open: true, onClose } as const;
  switch (sheet) {
    case "edit":
      return <EditPerson person={person} action={updatePerson} onClose={onClose} />;
    case "password":
      return <SetPassword person={person} action={updatePerson} onClose={onClose} />;
    case "link":
      return <NewLink person={person} action={invitePerson} onClose={onClose} />;
    case "admin":
      return (
        <ConfirmDialog
          {...sheetFor}
          action={updatePerson}
          values={{ person: id, isAdmin: String(!isAdmin) }}
          words={isAdmin ? noAdminWords(person) : adminWords(person)}
        />
      );
    case "sign-out":
      return <ConfirmDialog {...sheetFor} action={signOutPerson} values={{ person: id }} words={signOutWords(person)} />;
    case "disable":
      return <ConfirmDialog {...sheetFor} action={updatePerson} values={{ person: id, disabled: "true" }} words={disableWords(person)} />;
  }
}
