"use client";

import { clsx } from "clsx";
import { ArrowDown } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { Button } from "#components/ui/button.tsx";

import { createLogBuffer } from "./log-buffer.ts";
import { LogRow, ROW_PX } from "./log-row.tsx";
import { createLogStream, type LogView } from "./log-stream.ts";
import { LogToolbar } from "./log-toolbar.tsx";
import { useLogSearch } from "./use-log-search.ts";

const OVERSCAN_ROWS = 24;
const AT_END_PX = 12;
const onServer: LogView = { buffer: createLogBuffer(), state: "connecting", version: 0 };

interface Properties {
  readonly title: string;
  /** Server-sent events: JSON strings of text, numbered; `gap` where something is left out, `end` when there is no more. */
  readonly url: string;
  readonly download?: string | undefined;
  /** What is said while there is nothing yet. */
  readonly waiting: string;
  /** What is said when the log is complete and empty. */
  readonly empty?: string | undefined;
  readonly note?: ReactNode;
  readonly className?: string | undefined;
}

/** A log that moves: follows its end until one scrolls up, keeps only the visible rows in the page, can be searched and pointed at. */
export function LogViewer({ title, url, download, waiting, empty = "There is no output.", note, className }: Properties) {
  const stream = useMemo(() => createLogStream(url), [url]);
  const { buffer, state, version } = useSyncExternalStore(stream.subscribe, stream.read, () => onServer);
  const size = buffer.size();

  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const [following, setFollowing] = useState(true);
  const [pausedAt, setPausedAt] = useState(0);
  const [chosen, setChosen] = useState<number | null>(null);

  const reveal = useCallback(
    (number: number) => {
      const [index, box] = [buffer.indexOfNumber(number), scroller.current];
      if (index === -1 || box === null) return;
      setFollowing(false);
      setPausedAt(buffer.size());
      setChosen(number);
      box.scrollTop = index * ROW_PX - box.clientHeight / 3;
    },
    [buffer],
  );
  const search = useLogSearch(buffer, version, reveal);

  useHeight(scroller, setHeight);
  useLineOfAddress(buffer, version, reveal);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box !== null && following) box.scrollTop = box.scrollHeight;
  }, [following, version, height]);

  const onScroll = () => {
    const box = scroller.current;
    if (box === null) return;
    setTop(box.scrollTop);
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX;
    if (atEnd) setFollowing(true);
    else if (box.scrollTop < top) {
      if (following) setPausedAt(size);
      setFollowing(false);
    }
  };
  const choose = useCallback((number: number) => {
    setChosen(number);
    history.replaceState(history.state, "", `#L${number}`);
  }, []);

  const first = Math.max(0, Math.floor(top / ROW_PX) - OVERSCAN_ROWS);
  const last = Math.min(size, Math.ceil((top + height) / ROW_PX) + OVERSCAN_ROWS);
  const rows: ReactNode[] = [];
  for (let index = first; index < last; index += 1) {
    const line = buffer.at(index);
    const number = buffer.numberAt(index);
    if (line !== undefined)
      rows.push(<LogRow key={number} line={line} number={number} query={search.applied} chosen={chosen === number} onChoose={choose} />);
  }
  const unseen = following ? 0 : Math.max(0, size - pausedAt);

  return (
    <section className={clsx("bg-surface shadow-card flex min-w-0 flex-col overflow-hidden rounded-md border", className)}>
      <LogToolbar
        title={title}
        state={state}
        note={note}
        download={download}
        search={search}
        onQuery={search.setQuery}
        onStep={search.step}
      />
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroller}
          role="region"
          aria-label={title}
          tabIndex={0}
          onScroll={onScroll}
          className="bg-sunken h-full overflow-auto overscroll-contain font-mono text-xs leading-5 [overflow-anchor:none] focus-visible:outline-offset-[-2px]"
        >
          {size === 0 ? (
            <p className="text-faint px-4 py-3 font-sans text-sm">{state === "complete" ? empty : waiting}</p>
          ) : (
            <Window rows={rows} first={first} size={size} />
          )}
        </div>
        {!following && state !== "complete" && (
          <Button
            size="sm"
            onClick={() => setFollowing(true)}
            className="animate-appear bg-raised shadow-float absolute right-4 bottom-4 rounded-full"
          >
            <ArrowDown aria-hidden />
            {unseen === 0 ? "Follow" : `${unseen.toLocaleString("en")} new ${unseen === 1 ? "line" : "lines"}`}
          </Button>
        )}
      </div>
    </section>
  );
}

/** The visible rows at their place in the height of all rows. Exists only in the browser, where inline sizes are no matter of policy. */
function Window({ rows, first, size }: { readonly rows: ReactNode; readonly first: number; readonly size: number }) {
  return (
    <div className="box-content w-max min-w-full py-2">
      <div className="w-max min-w-full" style={{ height: size * ROW_PX, paddingTop: first * ROW_PX }}>
        {rows}
      </div>
    </div>
  );
}

function useHeight(ref: { readonly current: HTMLElement | null }, setHeight: (px: number) => void): void {
  useEffect(() => {
    const box = ref.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => setHeight(box.clientHeight));
    observer.observe(box);
    return () => observer.disconnect();
  }, [ref, setHeight]);
}

/** Goes to the line the page's address names (#L123), once, as soon as that line is there. */
function useLineOfAddress(buffer: LogView["buffer"], version: number, reveal: (number: number) => void): void {
  const wanted = useRef<number | null | undefined>(undefined);
  useEffect(() => {
    if (wanted.current === undefined) {
      const found = /^#L(\d{1,9})$/u.exec(location.hash)?.[1];
      wanted.current = found === undefined ? null : Number(found);
    }
    if (wanted.current === null || buffer.indexOfNumber(wanted.current) === -1) return;
    reveal(wanted.current);
    wanted.current = null;
  }, [buffer, version, reveal]);
}
