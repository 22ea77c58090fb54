"use client";

import { Activity, LogOut, UserRound } from "lucide-react";
import { startTransition } from "react";

import type { FormAction } from "#components/ui/action-form.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { Menu } from "#components/ui/menu.tsx";

/** Who is signed in, and the way out. */
export function AccountMenu({ name, email, signOut }: { readonly name: string; readonly email: string; readonly signOut: FormAction }) {
  return (
    <Menu
      label={`Account of ${name}`}
      tip={false}
      trigger={<Avatar name={name} className="size-7" />}
      triggerClassName="rounded-full"
      entries={[
        {
          kind: "label",
          text: (
            <span className="block min-w-0">
              <bdi className="block truncate text-sm font-medium text-ink">{name}</bdi>
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
