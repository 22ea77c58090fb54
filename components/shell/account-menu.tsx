"use client";

import { LogOut } from "lucide-react";
import { startTransition } from "react";

import { Menu } from "#components/ui/menu.tsx";
import type { MenuTrigger } from "#components/ui/on-demand-menu.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { PlaceSign } from "./place-icon.tsx";
import { placesFor } from "./places.ts";

export interface AccountMenuProperties {
  readonly name: string;
  readonly email: string;
  readonly mayManage: boolean;
  readonly signOut: FormAction;
}

/** The menu of the one who is signed in. */
export function AccountMenu({ name, email, mayManage, signOut, ...button }: MenuTrigger & AccountMenuProperties) {
  return (
    <Menu
      {...button}
      entries={[
        {
          kind: "label",
          text: (
            <span className="block min-w-0">
              <bdi className="text-ink block truncate text-sm font-medium">{name}</bdi>
              <bdi className="block truncate">{email}</bdi>
            </span>
          ),
        },
        { kind: "separator" },
        ...placesFor(mayManage).map(({ label, href, icon }) => ({ kind: "link", label, href, icon: <PlaceSign icon={icon} /> }) as const),
        { kind: "separator" },
        {
          kind: "item",
          label: "Sign out",
          icon: <LogOut aria-hidden />,
          onSelect: () => startTransition(async () => void (await signOut({ status: "idle" }, new FormData()))),
        },
      ]}
    />
  );
}
