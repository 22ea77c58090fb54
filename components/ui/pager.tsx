import { ChevronLeft, ChevronRight } from "lucide-react";

import { ButtonLink } from "./button.tsx";

/** The way through a list that is shown page by page. */
export function Pager({
  page,
  pages,
  total,
  noun,
  back = "Newer",
  on = "Older",
  href,
}: {
  readonly page: number;
  readonly pages: number;
  readonly total: number;
  readonly noun: string;
  /** What the ways are called; by default those of a list by time. */
  readonly back?: string;
  readonly on?: string;
  readonly href: (page: number) => string;
}) {
  if (pages <= 1) return null;
  return (
    <nav aria-label="Pages" className="text-muted flex items-center justify-between gap-3 border-t px-4 py-2.5 text-xs">
      <span className="tabular-nums">
        Page {page} of {pages} · {total.toLocaleString("en")} {noun}
      </span>
      <span className="flex gap-1.5">
        {page > 1 && (
          <ButtonLink size="sm" href={href(page - 1)} rel="prev">
            <ChevronLeft aria-hidden />
            {back}
          </ButtonLink>
        )}
        {page < pages && (
          <ButtonLink size="sm" href={href(page + 1)} rel="next">
            {on}
            <ChevronRight aria-hidden />
          </ButtonLink>
        )}
      </span>
    </nav>
  );
}
