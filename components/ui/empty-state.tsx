import { clsx } from "clsx";
import type { ReactNode } from "react";

/** Nothing here yet: says what would be here, and what to do next. */
export function EmptyState({
  icon,
  title,
  level,
  children,
  action,
  className,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  /** Makes the title a heading, where nothing else on the page is one. */
  readonly level?: 1 | 2;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string | undefined;
}) {
  const Title = level === undefined ? "p" : level === 1 ? "h1" : "h2";
  return (
    <div className={clsx("flex flex-col items-center justify-center px-6 py-12 text-center", className)}>
      {icon !== undefined && (
        <div className="bg-surface text-faint shadow-card mb-4 grid size-10 place-items-center rounded-md border [&_svg]:size-5">
          {icon}
        </div>
      )}
      <Title className="text-ink text-base font-semibold">{title}</Title>
      {children !== undefined && <div className="text-muted mt-1 max-w-md text-sm text-pretty">{children}</div>}
      {action !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
