"use client";

import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react";

import { Kbd } from "#components/ui/kbd.tsx";

import type { ShellProject } from "./places.ts";

const load = () => import("./palette.tsx");
const Palette = lazy(async () => ({ default: (await load()).Palette }));

/** Opens the command palette, also by Ctrl or Command and K. The palette is loaded when it is first wanted. */
export function PaletteButton({
  projects,
  mayCreate,
  mayManage,
  icon,
}: {
  readonly projects: readonly ShellProject[];
  readonly mayCreate: boolean;
  readonly mayManage: boolean;
  readonly icon: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        onPointerEnter={() => void load().catch(() => undefined)}
        aria-haspopup="dialog"
        aria-label="Search or jump to…"
        className="border-line-strong text-faint hover:bg-hover hover:text-ink sm:bg-surface flex h-8 items-center gap-2 rounded-sm px-2 text-sm transition-colors sm:w-56 sm:border sm:pr-1.5"
      >
        {icon}
        <span className="hidden flex-1 text-left sm:inline">Search or jump to…</span>
        <span aria-hidden className="hidden gap-0.5 sm:flex">
          <Kbd>⌘</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      {open && (
        <Suspense fallback={null}>
          <Palette projects={projects} mayCreate={mayCreate} mayManage={mayManage} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
