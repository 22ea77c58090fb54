import { clsx } from "clsx";
import type { ReactNode } from "react";

/** The page's content. `wide` uses the whole window, for boards and logs. */
export function Main({
  children,
  wide = false,
  className,
}: {
  readonly children: ReactNode;
  readonly wide?: boolean;
  readonly className?: string | undefined;
}) {
  return (
    <main
      id="main"
      tabIndex={-1}
      className={clsx("mx-auto w-full px-4 pt-5 pb-16 outline-none sm:px-6", wide ? "max-w-none" : "max-w-5xl", className)}
    >
      {children}
    </main>
  );
}
