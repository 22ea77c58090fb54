import Link from "next/link";

import type { FormAction } from "#components/ui/action-form.tsx";

import { AccountMenu } from "./account-menu.tsx";
import { Mark } from "./mark.tsx";
import { PaletteButton } from "./palette-button.tsx";
import type { ShellProject } from "./places.ts";
import { ProjectSwitcher } from "./project-switcher.tsx";
import type { Theme } from "./theme.ts";
import { ThemeMenu } from "./theme-menu.tsx";

/** The bar above every page of a signed-in person. */
export function TopBar({
  viewer,
  projects,
  mayCreate,
  theme,
  signOut,
}: {
  readonly viewer: { readonly name: string; readonly email: string };
  readonly projects: readonly ShellProject[];
  readonly mayCreate: boolean;
  readonly theme: Theme;
  readonly signOut: FormAction;
}) {
  return (
    <header className="sticky top-0 z-40 border-b bg-canvas/85 backdrop-blur-md">
      <div className="flex h-13 items-center gap-1 px-4 sm:gap-2 sm:px-6">
        <Link href="/" aria-label="Berth: all projects" className="inline-flex items-center gap-2 rounded-sm py-1 font-semibold tracking-tight">
          <Mark className="size-5" />
          <span className="hidden sm:inline">Berth</span>
        </Link>
        <span aria-hidden className="ml-1 text-line-strong">
          /
        </span>
        <div className="min-w-0 flex-1">
          <ProjectSwitcher projects={projects} mayCreate={mayCreate} />
        </div>
        <PaletteButton projects={projects} mayCreate={mayCreate} />
        <ThemeMenu initial={theme} />
        <AccountMenu name={viewer.name} email={viewer.email} signOut={signOut} />
      </div>
    </header>
  );
}
