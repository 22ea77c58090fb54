"use client";

import { clsx } from "clsx";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";

import { IconButton } from "./icon-button.tsx";

/**
 * A sheet above the page: the browser's own modal dialog, so focus stays inside, Escape closes and the rest is inert.
 * Its content exists only while it is open.
 */
export function Dialog({
  open,
  onClose,
  title,
  children,
  wide = false,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly wide?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null || !open) return;
    if (!dialog.open) dialog.showModal();
    // The browser would choose the first thing that can be focused: the button that closes.
    dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => dialog.close();
  }, [open]);

  if (!open) return null;
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget && isOutside(event.currentTarget, event.clientX, event.clientY)) onClose();
      }}
      className={clsx(
        "animate-appear bg-raised text-ink shadow-float m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-y-auto rounded-lg border",
        "backdrop:bg-scrim max-sm:mb-4 max-sm:max-w-none",
        wide ? "sm:max-w-2xl" : "sm:max-w-lg",
      )}
    >
      <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-1">
        <h2 id={titleId} className="foreign pt-1 text-lg">
          {title}
        </h2>
        <IconButton label="Close" icon={<X aria-hidden />} onClick={onClose} />
      </header>
      <div className="px-5 pt-1 pb-5">{children}</div>
    </dialog>
  );
}

function isOutside(element: Element, x: number, y: number): boolean {
  const box = element.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
