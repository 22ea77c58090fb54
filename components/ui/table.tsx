import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";

/** A table that scrolls sideways by itself where the page is too narrow. `label` names it for screen readers. */
export function Table({
  label,
  children,
  className,
}: {
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}) {
  return (
    // A region that scrolls must be reachable by keyboard.
    <div role="region" aria-label={label} tabIndex={0} className="relative overflow-x-auto rounded-[inherit]">
      <table className={clsx("w-full border-collapse text-left text-sm", className)}>{children}</table>
    </div>
  );
}

/** The heading of a column. */
export function Th({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={clsx("text-faint h-9 border-b px-3 text-xs font-medium whitespace-nowrap first:pl-4 last:pr-4", className)}
      {...rest}
    />
  );
}

/** A cell. */
export function Td({ className, ...rest }: ComponentProps<"td">) {
  return <td className={clsx("h-11 px-3 py-1.5 align-middle first:pl-4 last:pr-4", className)} {...rest} />;
}

/** A row that lights up under the pointer. */
export function Tr({ className, ...rest }: ComponentProps<"tr">) {
  return <tr className={clsx("hover:bg-hover border-b transition-colors last:border-0", className)} {...rest} />;
}
