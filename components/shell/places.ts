export interface ShellProject {
  readonly slug: string;
  readonly name: string;
  readonly mayAdminister: boolean;
  readonly mayConfigure: boolean;
}

export type PlaceIcon =
  | "inbox"
  | "notifications"
  | "people"
  | "groups"
  | "permissions"
  | "clusters"
  | "audit"
  | "account"
  | "health"
  | "utilisation";

export interface Place {
  readonly label: string;
  readonly href: string;
  readonly icon: PlaceIcon;
}

/** The pages of Berth itself that one can go to; some are for those alone who manage people and permissions. */
export function placesFor(mayManage: boolean): readonly Place[] {
  const managing: readonly Place[] = [
    { label: "People", href: "/people", icon: "people" },
    { label: "Groups", href: "/groups", icon: "groups" },
    { label: "Permissions", href: "/permissions", icon: "permissions" },
    { label: "Clusters", href: "/clusters", icon: "clusters" },
  ];
  return [
    { label: "Inbox", href: "/inbox", icon: "inbox" },
    { label: "Notifications", href: "/notifications", icon: "notifications" },
    ...(mayManage ? managing : []),
    { label: "Audit log", href: "/audit", icon: "audit" },
    { label: "System health", href: "/health", icon: "health" },
    { label: "Utilisation", href: "/utilisation", icon: "utilisation" },
    { label: "Account", href: "/account", icon: "account" },
  ];
}

/** The project a path is about, if its address says so. */
export function projectSlugIn(path: string): string | undefined {
  const found = /^\/p\/([^/]+)/u.exec(path)?.[1];
  return found === undefined ? undefined : decodeURIComponent(found);
}
