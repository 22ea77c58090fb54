import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";

/** A surface with a hairline around it. */
export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={clsx("bg-surface shadow-card rounded-md border", className)} {...rest} />;
}

/** A card with a heading, an optional action at its right, and a body. */
export function Section({
  title,
  description,
  action,
  children,
  className,
  bodyClassName = "p-4",
  level = 2,
}: {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string | undefined;
  readonly bodyClassName?: string | undefined;
  readonly level?: 2 | 3;
}) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={clsx("bg-surface shadow-card min-w-0 rounded-md border", className)}>
      <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b px-4 py-2.5">
        <div className="min-w-0">
          <Heading className="text-sm font-semibold">{title}</Heading>
          {description !== undefined && <p className="text-faint text-xs">{description}</p>}
        </div>
        {action}
      </header>
      <div className={bodyClassName}>{children}</div>
    </section>
  );
}
