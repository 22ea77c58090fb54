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
  /** Sides of the side: shown in a row of their own while one of them is current. */
  readonly parts?: readonly TabItem[] | undefined;
}

/** Links to the sides of one thing; the current one is underlined. */
export function Tabs({ label, items }: { readonly label: string; readonly items: readonly TabItem[] }) {
  const path = usePathname();
  const open = items.find((item) => item.parts !== undefined && isCurrent(item, path));
  return (
    <nav aria-label={label}>
      <div className="-mx-4 [scrollbar-width:none] overflow-x-auto px-4">
        <ul className="flex min-w-max gap-1 border-b">
          {items.map((item) => {
            const current = isCurrent(item, path);
            return (
              <li key={item.href}>
                <Link
                  href={item.href}
                  aria-current={current ? (item.parts === undefined ? "page" : "true") : undefined}
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
      </div>
      {open?.parts !== undefined && <Parts items={open.parts} path={path} />}
    </nav>
  );
}

function Parts({ items, path }: { readonly items: readonly TabItem[]; readonly path: string }) {
  return (
    <div className="-mx-4 [scrollbar-width:none] overflow-x-auto px-4">
      <ul className="flex min-w-max gap-1 pt-2.5">
        {items.map((item) => {
          const current = isCurrent(item, path);
          return (
            <li key={item.href}>
              <Link
                href={item.href}
                aria-current={current ? "page" : undefined}
                className={clsx(
                  "flex h-7 items-center rounded-sm px-2.5 text-sm transition-colors",
                  current ? "bg-press text-ink font-medium" : "text-muted hover:bg-hover hover:text-ink",
                )}
              >
                {item.label}
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function isCurrent(item: TabItem, path: string): boolean {
  if (item.parts !== undefined) return item.parts.some((part) => isCurrent(part, path));
  return path === item.href || (item.deep === true && path.startsWith(`${item.href}/`));
}
