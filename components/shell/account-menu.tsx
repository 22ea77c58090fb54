"use client";

import { Activity, LogOut, UserRound } from "lucide-react";
import { startTransition } from "react";

import { Menu } from "#components/ui/menu.tsx";
import type { MenuTrigger } from "#components/ui/on-demand-menu.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

export interface AccountMenuProperties {
  readonly name: string;
  readonly email: string;
  readonly signOut: FormAction;
}

/** The menu of the one who is signed in. */
export function AccountMenu({ name, email, signOut, ...button }: MenuTrigger & AccountMenuProperties) {
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
        { kind: "link", label: "Account", href: "/account", icon: <UserRound aria-hidden /> },
        { kind: "link", label: "System health", href: "/health", icon: <Activity aria-hidden /> },
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
