"use client";

import { FolderGit2, LayoutGrid, Plus } from "lucide-react";

import { Menu, type MenuEntry } from "#components/ui/menu.tsx";
import type { MenuTrigger } from "#components/ui/on-demand-menu.tsx";

import type { ShellProject } from "./places.ts";

const MAX_LISTED = 12;

/** The menu of projects. */
export function ProjectMenu({
  projects,
  mayCreate,
  ...button
}: MenuTrigger & { readonly projects: readonly ShellProject[]; readonly mayCreate: boolean }) {
  const entries: MenuEntry[] = projects.slice(0, MAX_LISTED).map((project) => ({
    kind: "link",
    label: project.name,
    href: `/p/${encodeURIComponent(project.slug)}`,
    icon: <FolderGit2 aria-hidden />,
  }));
  if (entries.length > 0) entries.push({ kind: "separator" });
  entries.push({ kind: "link", label: "All projects", href: "/", icon: <LayoutGrid aria-hidden /> });
  if (mayCreate) entries.push({ kind: "link", label: "New project", href: "/new", icon: <Plus aria-hidden /> });
  return <Menu {...button} align="start" entries={entries} />;
}
