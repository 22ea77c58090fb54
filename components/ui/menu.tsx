"use client";

import { clsx } from "clsx";
import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import { Link } from "./link.tsx";
import type { MenuTrigger } from "./on-demand-menu.tsx";

export type MenuEntry =
  | { readonly kind: "separator" }
  | { readonly kind: "label"; readonly text: ReactNode }
  | { readonly kind: "link"; readonly label: string; readonly href: string; readonly icon?: ReactNode; readonly outside?: boolean }
  | {
      readonly kind: "item";
      readonly label: string;
      readonly icon?: ReactNode;
      readonly onSelect: () => void;
      readonly danger?: boolean;
      readonly checked?: boolean;
      /** Why it cannot be used now. */
      readonly reason?: string | null | undefined;
    };

const row =
  "flex min-h-8 w-full cursor-default items-center gap-2 rounded-xs px-2 text-sm outline-none select-none data-highlighted:bg-hover " +
  "[&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-faint";

/** A button with a menu that is open from its first moment: it takes the place of an `OnDemandMenu` when that is first pressed. */
export function Menu({
  label,
  trigger,
  triggerClassName,
  entries,
  align = "end",
  tip = true,
}: MenuTrigger & { readonly entries: readonly MenuEntry[]; readonly align?: "start" | "end" }) {
  return (
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger aria-label={label} data-tip={tip ? label : undefined} className={triggerClassName}>
        {trigger}
      </DropdownMenu.Trigger>
      {/* Inside the page's landmark, so that screen readers know where they are. */}
      <DropdownMenu.Portal container={document.getElementById("main")}>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="animate-appear bg-raised shadow-float z-50 max-h-[min(28rem,var(--radix-dropdown-menu-content-available-height))] max-w-80 min-w-48 overflow-y-auto rounded-md border p-1"
        >
          {entries.map((entry, index) => (
            <Entry key={index} entry={entry} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
function Entry({ entry }: { readonly entry: MenuEntry }): ReactNode {
  switch (entry.kind) {
    case "separator":
      return <DropdownMenu.Separator className="-mx-1 my-1 border-t" />;
    case "label":
      return <DropdownMenu.Label className="text-faint px-2 py-1.5 text-xs">{entry.text}</DropdownMenu.Label>;
    case "link":
      return (
        <DropdownMenu.Item asChild className={row}>
          {entry.outside === true ? (
            <a href={entry.href} target="_blank" rel="noreferrer">
              {entry.icon}
              <bdi className="truncate">{entry.label}</bdi>
            </a>
          ) : (
            <Link href={entry.href}>
              {entry.icon}
              <bdi className="truncate">{entry.label}</bdi>
            </Link>
          )}
        </DropdownMenu.Item>
      );
    case "item":
      return <ItemEntry entry={entry} />;
  }
}

function ItemEntry({ entry }: { readonly entry: Extract<MenuEntry, { kind: "item" }> }) {
  const refused = entry.reason !== undefined && entry.reason !== null;
  return (
    <DropdownMenu.Item
      // Not `disabled`: the reason must be reachable by keyboard.
      aria-disabled={refused}
      onSelect={(event) => {
        if (refused) event.preventDefault();
        else entry.onSelect();
      }}
      className={clsx(row, entry.danger === true && !refused && "text-bad [&_svg]:text-bad", refused && "text-faint")}
    >
      {entry.icon}
      <span className="min-w-0 flex-1 py-1">
        {entry.label}
        {refused && <span className="block text-xs text-pretty">{entry.reason}</span>}
      </span>
      {entry.checked === true && <Check aria-label="chosen" />}
    </DropdownMenu.Item>
  );
}
