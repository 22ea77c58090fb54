import type { ReactNode } from "react";

import { Link } from "./link.tsx";

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

/** Where we are, what this is, and what may be done with it. */
export function PageHeader({
  crumbs = [],
  title,
  description,
  actions,
}: {
  readonly crumbs?: readonly Crumb[];
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
      <div className="max-w-full min-w-0">
        {crumbs.length > 0 && <Crumbs crumbs={crumbs} />}
        <h1 className="foreign text-xl">{title}</h1>
        {description !== undefined && <div className="text-muted mt-1 max-w-2xl text-sm text-pretty">{description}</div>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

function Crumbs({ crumbs }: { readonly crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb" className="mb-1">
      <ol className="text-faint flex min-w-0 flex-wrap items-center gap-x-1.5 text-xs">
        {crumbs.map((crumb) => (
          <li key={crumb.href} className="flex min-w-0 items-center gap-1.5">
            <Link href={crumb.href} className="hover:text-ink max-w-60 truncate rounded-xs hover:underline" title={crumb.label}>
              {crumb.label}
            </Link>
            <span aria-hidden>/</span>
          </li>
        ))}
      </ol>
    </nav>
  );
}
