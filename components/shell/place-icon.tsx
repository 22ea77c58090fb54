import { Activity, Grid3x3, Inbox, type LucideIcon, ScrollText, UserRound, Users, UsersRound } from "lucide-react";

import type { PlaceIcon } from "./places.ts";

const icons: Record<PlaceIcon, LucideIcon> = {
  inbox: Inbox,
  people: Users,
  groups: UsersRound,
  permissions: Grid3x3,
  audit: ScrollText,
  account: UserRound,
  health: Activity,
};

/** The sign of a place, in menus that are loaded when they are wanted. */
export function PlaceSign({ icon }: { readonly icon: PlaceIcon }) {
  const Icon = icons[icon];
  return <Icon aria-hidden />;
}
