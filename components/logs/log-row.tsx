"use client";

import { clsx } from "clsx";
import { memo } from "react";

import type { LogStyle } from "./ansi.ts";
import type { LogLine } from "./log-buffer.ts";
import { piecesOf } from "./search.ts";

/** The height of a row in pixels; the viewer computes places with it. */
export const ROW_PX = 20;

const palette = [
  "text-ansi-black",
  "text-ansi-red",
  "text-ansi-green",
  "text-ansi-yellow",
  "text-ansi-blue",
  "text-ansi-magenta",
  "text-ansi-cyan",
  "text-ansi-white",
  "text-ansi-gray",
  "text-ansi-red",
  "text-ansi-green",
  "text-ansi-yellow",
  "text-ansi-blue",
  "text-ansi-magenta",
  "text-ansi-cyan",
  "text-ink",
];

/** One line of a log. Its number is a link to it. */
export const LogRow = memo(function LogRow({
  line,
  number,
  query,
  chosen,
  onChoose,
}: {
  readonly line: LogLine;
  readonly number: number;
  readonly query: string;
  /** The line the address or the search points at. */
  readonly chosen: boolean;
  readonly onChoose: (number: number) => void;
}) {
  if (line.remark === true) {
    return <div className="text-warn flex h-5 items-center px-4 font-sans text-xs italic">{line.text}</div>;
  }
  return (
    <div className={clsx("group flex h-5", chosen ? "bg-accent-soft" : "hover:bg-hover")}>
      <a
        href={`#L${number}`}
        tabIndex={-1}
        aria-label={`Line ${number}`}
        onClick={(event) => {
          event.preventDefault();
          onChoose(number);
        }}
        className={clsx(
          "bg-sunken text-faint hover:text-ink sticky left-0 w-16 shrink-0 pr-4 text-right tabular-nums select-none hover:underline",
          chosen && "bg-accent-soft text-link",
        )}
      >
        {number}
      </a>
      <span className="pr-4 whitespace-pre [unicode-bidi:isolate]">
        {line.spans === null && query === ""
          ? line.text
          : piecesOf(line, query).map((piece, index) => (
              <span
                // Pieces have no identity but their place.
                key={index}
                className={clsx(classesOf(piece.style), piece.hit && "bg-mark text-ink rounded-[2px]")}
                style={typeof piece.style.color === "string" && !piece.hit ? { color: legible(piece.style.color) } : undefined}
              >
                {piece.text}
              </span>
            ))}
      </span>
    </div>
  );
});

function classesOf(style: LogStyle): string {
  return clsx(
    typeof style.color === "number" && palette[style.color],
    style.bold && "font-semibold",
    style.dim && style.color === null && "text-faint",
    style.italic && "italic",
    style.underline && "underline",
    style.marked && "bg-press",
  );
}

/** The log's own colour, kept between the lightness limits that can be read on our ground. */
function legible(color: string): string {
  return `oklch(from ${color} clamp(var(--ansi-darkest), l, var(--ansi-lightest)) c h)`;
}
