import { ChevronsUpDown, Inbox, Monitor, Moon, Search, Sun } from "lucide-react";

import { BellLink } from "#components/notifications/bell.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { iconButtonClass } from "#components/ui/icon-button.tsx";
import { Link } from "#components/ui/link.tsx";
import type { FormAction } from "#components/ui/use-form-action.ts";

import { AccountButton, ProjectButton, ThemeButton } from "./bar-menus.tsx";
import { Mark } from "./mark.tsx";
import { PaletteButton } from "./palette-button.tsx";
import type { ShellProject } from "./places.ts";
import type { Theme } from "./theme.ts";

const themeIcons = { system: <Monitor aria-hidden />, light: <Sun aria-hidden />, dark: <Moon aria-hidden /> };

/** The bar above every page of a signed-in person. Icons are made here, on the server, so that browsers need not load them as code. */
export function TopBar({
  viewer,
  projects,
  mayCreate,
  mayManage,
  waiting,
  unread,
  theme,
  signOut,
}: {
  readonly viewer: { readonly name: string; readonly email: string };
  readonly projects: readonly ShellProject[];
  readonly mayCreate: boolean;
  /** People, groups and permissions. */
  readonly mayManage: boolean;
  /** How many things wait for the viewer. */
  readonly waiting: number;
  /** How much of what he was told is new. */
  readonly unread: number;
  readonly theme: Theme;
  readonly signOut: FormAction;
}) {
  return (
    <header className="bg-canvas/85 sticky top-0 z-40 border-b backdrop-blur-md">
      <div className="flex h-13 items-center gap-1 px-4 sm:gap-2 sm:px-6">
        <Link
          href="/"
          aria-label="Berth: all projects"
          className="inline-flex items-center gap-2 rounded-sm py-1 font-semibold tracking-tight"
        >
          <Mark className="size-5" />
          <span className="hidden sm:inline">Berth</span>
        </Link>
        <span aria-hidden className="text-line-strong ml-1">
          /
        </span>
        <div className="min-w-0 flex-1">
          <ProjectButton
            projects={projects}
            mayCreate={mayCreate}
            icon={<ChevronsUpDown aria-hidden className="text-faint size-3.5 shrink-0" />}
          />
        </div>
        <PaletteButton
          projects={projects}
          mayCreate={mayCreate}
          mayManage={mayManage}
          icon={<Search aria-hidden className="size-4 shrink-0" />}
        />
        <InboxLink waiting={waiting} />
        <BellLink unread={unread} />
        <ThemeButton initial={theme} icon={themeIcons[theme]} />
        <AccountButton
          avatar={<Avatar name={viewer.name} className="size-7" />}
          name={viewer.name}
          email={viewer.email}
          mayManage={mayManage}
          signOut={signOut}
        />
      </div>
    </header>
  );
}

const shownAtMost = 99;

function InboxLink({ waiting }: { readonly waiting: number }) {
  const label =
    waiting === 0 ? "Inbox: nothing waits for you" : `Inbox: ${waiting} ${waiting === 1 ? "thing waits" : "things wait"} for you`;
  return (
    <Link href="/inbox" aria-label={label} data-tip={label} className={iconButtonClass("md", "relative")}>
      <Inbox aria-hidden />
      {waiting > 0 && (
        <span
          aria-hidden
          className="bg-accent text-on-accent text-2xs absolute -top-0.5 -right-0.5 grid h-4 min-w-4 place-items-center rounded-full px-1 font-semibold tabular-nums"
        >
          {waiting > shownAtMost ? `${shownAtMost}+` : waiting}
        </span>
      )}
    </Link>
  );
}
