import { Bell } from "lucide-react";

import { iconButtonClass } from "#components/ui/icon-button.tsx";
import { Link } from "#components/ui/link.tsx";

const shownAtMost = 99;

/** The way to what one was told, with how much of it is new. */
export function BellLink({ unread }: { readonly unread: number }) {
  const label =
    unread === 0 ? "Notifications: nothing new" : `Notifications: ${unread > shownAtMost ? `more than ${shownAtMost}` : unread} new`;
  return (
    <Link href="/notifications" aria-label={label} data-tip={label} className={iconButtonClass("md", "relative")}>
      <Bell aria-hidden />
      {unread > 0 && (
        <span
          aria-hidden
          className="bg-accent text-on-accent text-2xs absolute -top-0.5 -right-0.5 grid h-4 min-w-4 place-items-center rounded-full px-1 font-semibold tabular-nums"
        >
          {unread > shownAtMost ? `${shownAtMost}+` : unread}
        </span>
      )}
    </Link>
  );
}
