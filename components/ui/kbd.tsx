import type { ReactNode } from "react";

/** A key on the keyboard. */
export function Kbd({ children }: { readonly children: ReactNode }) {
  return (
    <kbd className="inline-grid h-4.5 min-w-4.5 place-items-center rounded-xs border bg-canvas px-1 font-sans text-2xs font-medium text-faint">
      {children}
    </kbd>
  );
}
