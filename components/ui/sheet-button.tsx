"use client";

import { type ReactNode, Suspense, useCallback, useState } from "react";

/**
 * A button that opens a sheet. The sheet's code is fetched by `load` when somebody points at the button or reaches it by keyboard, not
 * with the page; `sheet` draws it and gets how to close it.
 */
export function SheetButton({
  className,
  label,
  load,
  sheet,
  children,
}: {
  readonly className: string;
  /** What it is called where its content is an icon. */
  readonly label?: string | undefined;
  readonly load: () => Promise<unknown>;
  readonly sheet: (close: () => void) => ReactNode;
  readonly children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const prepare = () => void load().catch(() => undefined);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={label}
        data-tip={label}
        className={className}
        onPointerEnter={prepare}
        onFocus={prepare}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      {open && <Suspense fallback={null}>{sheet(close)}</Suspense>}
    </>
  );
}
