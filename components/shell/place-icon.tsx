import {
  Activity,
  Bell,
  ChartNoAxesColumn,
  Grid3x3,
  Inbox,
  type LucideIcon,
  ScrollText,
  Server,
  UserRound,
  Users,
  UsersRound,
} from "lucide-react";

import type { PlaceIcon } from "./places.ts";

const icons: Record<PlaceIcon, LucideIcon> = {
  inbox: Inbox,
  notifications: Bell,
  people: Users,
  groups: UsersRound,
  permissions: Grid3x3,
  clusters: Server,
  audit: ScrollText,
  account: UserRound,
  health: Activity,
  utilisation: ChartNoAxesColumn,
};

/** The sign of a place, in menus that are loaded when they are wanted. */
export function PlaceSign({ icon }: { readonly icon: PlaceIcon }) {
  const Icon = icons[icon];
  return <Icon aria-hidden />;
}
