"use client";

import { useCallback, useEffect, useRef, useState } from "react";

import type { LogBuffer } from "./log-buffer.ts";
import { findLines } from "./search.ts";

interface LogSearch {
  /** What is typed. */
  readonly query: string;
  /** What is looked for: the same, a moment later. */
  readonly applied: string;
  readonly hits: number;
  readonly position: number;
  readonly setQuery: (query: string) => void;
  readonly step: (by: 1 | -1) => void;
}

const TYPING_MS = 120;

/** The state of the search in a log: looks again while lines arrive, but only through what is new. */
export function useLogSearch(buffer: LogBuffer, version: number, reveal: (number: number) => void): LogSearch {
  const [query, setQuery] = useState("");
  const [applied, setApplied] = useState("");
  const [hits, setHits] = useState<readonly number[]>([]);
  const [position, setPosition] = useState(0);
  const seen = useRef({ query: "", size: 0 });

  useEffect(() => {
    const timer = setTimeout(() => setApplied(query), TYPING_MS);
    return () => clearTimeout(timer);
  }, [query]);

  useEffect(() => {
    const fresh = seen.current.query !== applied;
    // The last line may still grow, so the newest complete one is where the next look starts.
    const from = fresh ? 0 : Math.max(0, seen.current.size - 1);
    seen.current = { query: applied, size: buffer.size() };
    const found = findLines(buffer, applied, from);
    if (fresh) {
      setHits(found);
      setPosition(found.length > 0 ? 1 : 0);
      const first = found[0];
      if (first !== undefined) reveal(first);
    } else if (found.length > 0) {
      setHits((before) => [...before, ...found.filter((number) => number > (before.at(-1) ?? 0))]);
      setPosition((before) => Math.max(1, before));
    }
  }, [applied, buffer, version, reveal]);

  const step = useCallback(
    (by: 1 | -1) => {
      if (hits.length === 0) return;
      const next = ((position - 1 + by + hits.length) % hits.length) + 1;
      setPosition(next);
      const number = hits[next - 1];
      if (number !== undefined) reveal(number);
    },
    [hits, position, reveal],
  );

  return { query, applied, hits: hits.length, position, setQuery, step };
}
