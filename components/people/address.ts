import type { PersonFilter } from "#lib/domain/people/schema.ts";

export function personHref(id: string): string {
  return `/people/${id}`;
}

export function groupHref(id: string): string {
  return `/groups/${id}`;
}

export interface PeopleFilterState {
  readonly search: string;
  readonly filter: PersonFilter | undefined;
}

/** The address of a page of the list of people. */
export function peopleHref({ search, filter, page }: PeopleFilterState & { readonly page?: number }): string {
  return withQuery("/people", { search, filter: filter ?? "", page: page === undefined || page === 1 ? "" : String(page) });
}

/** A path with those parameters that are not empty. */
export function withQuery(path: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
