"use client";

import { ChevronDown, ChevronUp, Download, Search } from "lucide-react";
import type { ReactNode } from "react";

import { iconButtonClass, IconButton } from "#components/ui/icon-button.tsx";
import { type Status, StatusBadge } from "#components/ui/status-badge.tsx";

import type { StreamState } from "./log-stream.ts";

const states: Record<StreamState, { status: Status; word: string }> = {
  connecting: { status: "starting", word: "Connecting" },
  live: { status: "live", word: "Live" },
  reconnecting: { status: "starting", word: "Reconnecting" },
  complete: { status: "skipped", word: "Ended" },
};

export interface SearchState {
  readonly query: string;
  readonly hits: number;
  /** From 1; 0 when there is none. */
  readonly position: number;
}

/** The bar above a log: what it is, whether it moves, search and download. */
export function LogToolbar({
  title,
  state,
  note,
  download,
  search,
  onQuery,
  onStep,
}: {
  readonly title: string;
  readonly state: StreamState;
  readonly note: ReactNode;
  readonly download: string | undefined;
  readonly search: SearchState;
  readonly onQuery: (query: string) => void;
  readonly onStep: (by: 1 | -1) => void;
}) {
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-2">
      <h2 className="text-sm font-semibold">{title}</h2>
      <StatusBadge quiet status={states[state].status} word={states[state].word} />
      {note}
      <div className="ml-auto flex min-w-0 items-center gap-1">
        <search className="border-line-strong bg-surface focus-within:border-focus flex h-8 min-w-0 items-center gap-1.5 rounded-sm border pr-0.5 pl-2">
          <Search aria-hidden className="text-faint size-3.5 shrink-0" />
          <input
            type="search"
            aria-label={`Search in ${title.toLowerCase()}`}
            placeholder="Search"
            value={search.query}
            onChange={(event) => onQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
              if (event.key === "Escape") onQuery("");
            }}
            className="w-28 min-w-0 bg-transparent text-lg outline-none sm:w-40 sm:text-sm [&::-webkit-search-cancel-button]:hidden"
          />
          {search.query !== "" && (
            <span role="status" className="text-faint text-xs whitespace-nowrap tabular-nums">
              {search.hits === 0 ? "none" : `${search.position} of ${search.hits}`}
            </span>
          )}
          <IconButton
            size="sm"
            label="Previous match"
            icon={<ChevronUp aria-hidden />}
            disabled={search.hits === 0}
            onClick={() => onStep(-1)}
          />
          <IconButton
            size="sm"
            label="Next match"
            icon={<ChevronDown aria-hidden />}
            disabled={search.hits === 0}
            onClick={() => onStep(1)}
          />
        </search>
        {download !== undefined && (
          <a href={download} download aria-label="Download the log" data-tip="Download the log" className={iconButtonClass()}>
            <Download aria-hidden />
          </a>
        )}
      </div>
    </div>
  );
}
