"use client";

import { Command, useCommandState } from "cmdk";
import { FolderGit2, GitBranch, LayoutGrid, Monitor, Moon, Plus, Settings, SquareKanban, Sun, UserRound, Variable } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";

import { applyTheme } from "./apply-theme.ts";
import { PlaceSign } from "./place-icon.tsx";
import { placesFor, projectSlugIn, type ShellProject } from "./places.ts";

const row =
  "flex h-9 cursor-default items-center gap-2.5 rounded-sm px-2.5 text-sm select-none data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-faint";
const group =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint";

/** Everything one can go to, by typing a part of its name. */
export function Palette({
  projects,
  mayCreate,
  mayManage,
  onClose,
}: {
  readonly projects: readonly ShellProject[];
  readonly mayCreate: boolean;
  readonly mayManage: boolean;
  readonly onClose: () => void;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const router = useRouter();
  const slug = projectSlugIn(usePathname());
  const here = projects.find((project) => project.slug === slug);

  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector("input")?.focus();
    return () => dialog?.close();
  }, []);

  const go = (href: string) => {
    onClose();
    router.push(href);
  };
  const base = here === undefined ? "" : `/p/${encodeURIComponent(here.slug)}`;

  return (
    <dialog
      ref={ref}
      aria-label="Search or jump to"
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="animate-appear bg-raised text-ink shadow-float backdrop:bg-scrim mx-auto mt-[12dvh] w-[calc(100vw-2rem)] max-w-xl rounded-lg border"
    >
      <Command loop label="Search or jump to">
        <Command.Input
          placeholder="Search projects and pages…"
          className="h-12 w-full border-b bg-transparent px-4 text-lg outline-none sm:text-base"
        />
        <Found>
          {here !== undefined && (
            <Command.Group heading={here.name} className={group}>
              <Entry icon={<SquareKanban aria-hidden />} label="Board" onSelect={() => go(base)} />
              <Entry icon={<GitBranch aria-hidden />} label="Branches and tags" onSelect={() => go(`${base}/refs`)} />
              <Entry
                id="audit log of the project"
                icon={<PlaceSign icon="audit" />}
                label="Audit log of the project"
                onSelect={() => go(`${base}/audit`)}
              />
              <Entry icon={<UserRound aria-hidden />} label="Members" onSelect={() => go(`${base}/members`)} />
              {here.mayConfigure && <Entry icon={<Variable aria-hidden />} label="Variables" onSelect={() => go(`${base}/variables`)} />}
              {here.mayAdminister && <Entry icon={<Settings aria-hidden />} label="Settings" onSelect={() => go(`${base}/settings`)} />}
            </Command.Group>
          )}
          {projects.length > 0 && (
            <Command.Group heading="Projects" className={group}>
              {projects.map((project) => (
                <Entry
                  key={project.slug}
                  id={`project ${project.slug}`}
                  icon={<FolderGit2 aria-hidden />}
                  label={project.name}
                  onSelect={() => go(`/p/${encodeURIComponent(project.slug)}`)}
                />
              ))}
            </Command.Group>
          )}
          <Command.Group heading="Berth" className={group}>
            <Entry icon={<LayoutGrid aria-hidden />} label="All projects" onSelect={() => go("/")} />
            {mayCreate && <Entry icon={<Plus aria-hidden />} label="New project" onSelect={() => go("/new")} />}
            {placesFor(mayManage).map(({ label, href, icon }) => (
              <Entry key={href} icon={<PlaceSign icon={icon} />} label={label} onSelect={() => go(href)} />
            ))}
          </Command.Group>
          <Command.Group heading="Theme" className={group}>
            <Entry icon={<Monitor aria-hidden />} label="Theme of the system" onSelect={() => chosen("system", onClose)} />
            <Entry icon={<Sun aria-hidden />} label="Light theme" onSelect={() => chosen("light", onClose)} />
            <Entry icon={<Moon aria-hidden />} label="Dark theme" onSelect={() => chosen("dark", onClose)} />
          </Command.Group>
        </Found>
      </Command>
    </dialog>
  );
}

/** What was found; an empty list is said in words, since a list box without choices means nothing to a screen reader. */
function Found({ children }: { readonly children: ReactNode }) {
  const none = useCommandState((state) => state.filtered.count === 0);
  return (
    <>
      <Command.List className={none ? "hidden" : "max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5"}>{children}</Command.List>
      <p role="status" className={none ? "text-muted px-2.5 py-8 text-center text-sm" : "sr-only"}>
        {none ? "Nothing by that name." : ""}
      </p>
    </>
  );
}

function Entry({
  icon,
  label,
  id = label,
  onSelect,
}: {
  readonly icon: ReactNode;
  readonly label: string;
  readonly id?: string;
  readonly onSelect: () => void;
}) {
  return (
    <Command.Item value={id} keywords={[label]} onSelect={onSelect} className={row}>
      {icon}
      <bdi className="truncate">{label}</bdi>
    </Command.Item>
  );
}

function chosen(theme: "system" | "light" | "dark", onClose: () => void): void {
  applyTheme(theme);
  onClose();
}
