import { clsx } from "clsx";
import type { ReactNode } from "react";

/** Nothing here yet: says what would be here, and what to do next. */
export function EmptyState({
  icon,
  title,
  children,
  action,
  className,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string | undefined;
}) {
  return (
    <div className={clsx("flex flex-col items-center justify-center px-6 py-12 text-center", className)}>
      {icon !== undefined && (
        <div className="bg-surface text-faint shadow-card mb-4 grid size-10 place-items-center rounded-md border [&_svg]:size-5">
          {icon}
        </div>
      )}
      <p className="text-ink text-base font-semibold">{title}</p>
      {children !== undefined && <div className="text-muted mt-1 max-w-md text-sm text-pretty">{children}</div>}
      {action !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
