import type { ReactNode } from "react";

/** A key on the keyboard. */
export function Kbd({ children }: { readonly children: ReactNode }) {
  return (
    <kbd className="bg-canvas text-2xs text-faint inline-grid h-4.5 min-w-4.5 place-items-center rounded-xs border px-1 font-sans font-medium">
      {children}
    </kbd>
  );
}
