"use client";

import { clsx } from "clsx";
import { usePathname } from "next/navigation";

import { Link } from "./link.tsx";

export interface TabItem {
  readonly href: string;
  readonly label: string;
  readonly count?: number | undefined;
  /** The tab is also current on the pages below its address. */
  readonly deep?: boolean | undefined;
}

/** Links to the sides of one thing; the current one is underlined. */
export function Tabs({ label, items }: { readonly label: string; readonly items: readonly TabItem[] }) {
  const path = usePathname();
  return (
    <nav aria-label={label} className="-mx-4 [scrollbar-width:none] overflow-x-auto px-4">
      <ul className="flex min-w-max gap-1 border-b">
        {items.map((item) => {
          const current = path === item.href || (item.deep === true && path.startsWith(`${item.href}/`));
          return (
            <li key={item.href}>
              <Link
                href={item.href}
                aria-current={current ? "page" : undefined}
                className={clsx(
                  "-mb-px flex h-10 items-center gap-1.5 border-b-2 px-2.5 text-sm font-medium transition-colors",
                  current ? "border-accent text-ink" : "text-muted hover:text-ink border-transparent",
                )}
              >
                {item.label}
                {item.count !== undefined && (
                  <span className="bg-hover text-muted rounded-xs px-1.5 text-xs tabular-nums">{item.count}</span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
