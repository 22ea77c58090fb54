"use client";

import { lazy, type ReactNode } from "react";

import { buttonClass } from "#components/ui/button-class.ts";
import { SheetButton } from "#components/ui/sheet-button.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

const load = () => import("./invite.tsx");
const Invite = lazy(async () => ({ default: (await load()).Invite }));

/** Opens the sheet that invites somebody. */
export function InviteButton({
  action,
  mail,
  children,
}: {
  readonly action: FormAction;
  /** Whether invitations can be sent by mail. */
  readonly mail: boolean;
  readonly children: ReactNode;
}) {
  return (
    <SheetButton
      className={buttonClass({ variant: "primary" })}
      load={load}
      sheet={(close) => <Invite action={action} mail={mail} onClose={close} />}
    >
      {children}
    </SheetButton>
  );
}
