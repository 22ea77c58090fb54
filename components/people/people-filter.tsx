import { clsx } from "clsx";
import { Search } from "lucide-react";
import Form from "next/form";

import { controlClass } from "#components/ui/control-class.ts";
import { Link } from "#components/ui/link.tsx";
import type { PeopleCounts } from "#lib/domain/people/list.ts";

import { type PeopleFilterState, peopleHref } from "./address.ts";

const choices = [
  { filter: undefined, label: "All", count: "all" },
  { filter: "active", label: "Active", count: "active" },
  { filter: "invited", label: "Invited", count: "invited" },
  { filter: "disabled", label: "Disabled", count: "disabled" },
  { filter: "admins", label: "Admins", count: "admins" },
] as const;

/** Search by a part of the name or address, and one kind of people alone. The address keeps both. */
export function PeopleFilter({ search, filter, counts }: PeopleFilterState & { readonly counts: PeopleCounts }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Form action="/people" prefetch={false} role="search" className="relative min-w-0 grow sm:max-w-72">
        <Search aria-hidden className="text-faint pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2" />
        <input
          type="search"
          name="search"
          defaultValue={search}
          maxLength={200}
          placeholder="Search by name or e-mail"
          aria-label="Search people by name or e-mail"
          className={controlClass({ className: "pl-8.5" })}
        />
        {filter !== undefined && <input type="hidden" name="filter" value={filter} />}
      </Form>
      <nav
        aria-label="Kinds of people"
        className="border-line-strong bg-surface shadow-card flex max-w-full flex-wrap rounded-sm border p-0.5"
      >
        {choices.map((choice) => (
          <Link
            key={choice.label}
            href={peopleHref({ search, filter: choice.filter })}
            aria-current={filter === choice.filter ? "true" : undefined}
            className={clsx(
              "rounded-xs px-2 py-1 text-xs font-medium transition-colors sm:px-2.5",
              filter === choice.filter ? "bg-press text-ink" : "text-muted hover:text-ink",
            )}
          >
            {choice.label} <span className="text-faint font-normal tabular-nums">{counts[choice.count].toLocaleString("en")}</span>
          </Link>
        ))}
      </nav>
    </div>
  );
}
