import { clsx } from "clsx";
import { Search } from "lucide-react";
import Form from "next/form";

import { controlClass } from "#components/ui/control-class.ts";
import { Link } from "#components/ui/link.tsx";
import type { RefRow } from "#lib/domain/refs/queries.ts";

interface Filter {
  readonly search: string;
  readonly kind: RefRow["kind"] | undefined;
}

const kinds = [
  { kind: undefined, label: "All" },
  { kind: "branch", label: "Branches" },
  { kind: "tag", label: "Tags" },
] as const;

/** Search by a part of the name, and branches or tags alone. The address keeps both. */
export function RefFilter({ path, filter }: { readonly path: string; readonly filter: Filter }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Form action={path} prefetch={false} role="search" className="relative min-w-0 grow sm:max-w-80">
        <Search aria-hidden className="text-faint pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2" />
        <input
          type="search"
          name="search"
          defaultValue={filter.search}
          maxLength={250}
          placeholder="Search branches and tags"
          aria-label="Search branches and tags"
          className={controlClass({ className: "pl-8.5" })}
        />
        {filter.kind !== undefined && <input type="hidden" name="kind" value={filter.kind} />}
      </Form>
      <div className="border-line-strong bg-surface shadow-card flex rounded-sm border p-0.5">
        {kinds.map(({ kind, label }) => (
          <Link
            key={label}
            href={refsHref(path, { search: filter.search, kind })}
            aria-current={filter.kind === kind ? "true" : undefined}
            className={clsx(
              "rounded-xs px-2.5 py-1 text-xs font-medium transition-colors",
              filter.kind === kind ? "bg-press text-ink" : "text-muted hover:text-ink",
            )}
          >
            {label}
          </Link>
        ))}
      </div>
    </div>
  );
}

/** The address of a page of the list. */
export function refsHref(path: string, { search, kind, page }: Filter & { readonly page?: number }): string {
  const query = new URLSearchParams();
  if (search !== "") query.set("search", search);
  if (kind !== undefined) query.set("kind", kind);
  if (page !== undefined && page > 1) query.set("page", String(page));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
