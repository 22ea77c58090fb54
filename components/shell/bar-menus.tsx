"use client";

import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { iconButtonClass } from "#components/ui/icon-button.tsx";
import { OnDemandMenu } from "#components/ui/on-demand-menu.tsx";

import type { AccountMenuProperties } from "./account-menu.tsx";
import { projectSlugIn, type ShellProject } from "./places.ts";
import type { Theme } from "./theme.ts";

const loadTheme = async () => (await import("./theme-menu.tsx")).ThemeMenu;
const loadAccount = async () => (await import("./account-menu.tsx")).AccountMenu;
const loadProjects = async () => (await import("./project-menu.tsx")).ProjectMenu;

/** Chooses the theme. */
export function ThemeButton({ initial, icon }: { readonly initial: Theme; readonly icon: ReactNode }) {
  return <OnDemandMenu label="Theme" trigger={icon} triggerClassName={iconButtonClass()} load={loadTheme} properties={{ initial }} />;
}

/** Who is signed in, and the way out. */
export function AccountButton({ avatar, ...properties }: AccountMenuProperties & { readonly avatar: ReactNode }) {
  return (
    <OnDemandMenu
      label={`Account of ${properties.name}`}
      tip={false}
      trigger={avatar}
      triggerClassName="rounded-full"
      load={loadAccount}
      properties={properties}
    />
  );
}

/** Which project we are in, and the way to another one. */
export function ProjectButton({
  projects,
  mayCreate,
  icon,
}: {
  readonly projects: readonly ShellProject[];
  readonly mayCreate: boolean;
  readonly icon: ReactNode;
}) {
  const slug = projectSlugIn(usePathname());
  const current = projects.find((project) => project.slug === slug);
  return (
    <OnDemandMenu
      label={current === undefined ? "Choose a project" : `Project ${current.name}: choose another one`}
      tip={false}
      triggerClassName="flex h-8 max-w-full min-w-0 items-center gap-1.5 rounded-sm px-2 text-sm font-medium text-ink hover:bg-hover"
      trigger={
        <>
          <bdi className="truncate">{current?.name ?? "Projects"}</bdi>
          {icon}
        </>
      }
      load={loadProjects}
      properties={{ projects, mayCreate }}
    />
  );
}
