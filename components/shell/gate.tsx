import type { ReactNode } from "react";

import { Mark } from "./mark.tsx";

/** The quiet page in front of Berth: one form in the middle. */
export function Gate({
  title,
  text,
  children,
  footer,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}) {
  return (
    <main id="main" tabIndex={-1} className="grid min-h-dvh place-items-center px-4 py-10 outline-none">
      <div className="w-full max-w-sm">
        <Mark className="mx-auto size-9" />
        <h1 className="mt-4 text-center text-xl">{title}</h1>
        {text !== undefined && <p className="text-muted mt-1 text-center text-sm text-pretty">{text}</p>}
        <div className="bg-surface shadow-lift mt-6 rounded-lg border p-6">{children}</div>
        {footer !== undefined && <div className="text-faint mt-4 text-center text-xs">{footer}</div>}
      </div>
    </main>
  );
}
