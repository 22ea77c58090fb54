"use client";

import { ChevronsUpDown, FolderGit2, LayoutGrid, Plus } from "lucide-react";
import { usePathname } from "next/navigation";

import { Menu, type MenuEntry } from "#components/ui/menu.tsx";

import { projectSlugIn, type ShellProject } from "./places.ts";

const MAX_LISTED = 12;

/** Which project we are in, and the way to another one. */
export function ProjectSwitcher({ projects, mayCreate }: { readonly projects: readonly ShellProject[]; readonly mayCreate: boolean }) {
  const slug = projectSlugIn(usePathname());
  const current = projects.find((project) => project.slug === slug);

  const entries: MenuEntry[] = projects.slice(0, MAX_LISTED).map((project) => ({
    kind: "link",
    label: project.name,
    href: `/p/${encodeURIComponent(project.slug)}`,
    icon: <FolderGit2 aria-hidden />,
  }));
  if (entries.length > 0) entries.push({ kind: "separator" });
  entries.push({ kind: "link", label: "All projects", href: "/", icon: <LayoutGrid aria-hidden /> });
  if (mayCreate) entries.push({ kind: "link", label: "New project", href: "/new", icon: <Plus aria-hidden /> });

  return (
    <Menu
      label={current === undefined ? "Choose a project" : `Project ${current.name}: choose another one`}
      tip={false}
      align="start"
      triggerClassName="flex h-8 min-w-0 items-center gap-1.5 rounded-sm px-2 text-sm font-medium text-ink hover:bg-hover"
      trigger={
        <>
          <bdi className="truncate">{current?.name ?? "Projects"}</bdi>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-faint" />
        </>
      }
      entries={entries}
    />
  );
}
