import { type LogSpan, type LogStyle, parseLine, plain } from "./ansi.ts";

export interface LogLine {
  readonly text: string;
  readonly spans: readonly LogSpan[] | null;
  /** A remark of Berth, not a line of the log. */
  readonly remark?: true;
}

export interface LogBuffer {
  /** Adds a piece of the log; a line may be spread over several pieces. */
  readonly append: (chunk: string) => void;
  /** Adds a remark of Berth on a line of its own. */
  readonly remark: (text: string) => void;
  /** How many lines there are to show, the unfinished last one included. */
  readonly size: () => number;
  /** The line at an index from 0 to size - 1. */
  readonly at: (index: number) => LogLine | undefined;
  /** The number of the line at `index`, from 1, as in the whole log. */
  readonly numberAt: (index: number) => number;
  /** The index of the line with that number, or -1. */
  readonly indexOfNumber: (number: number) => number;
  /** How many lines were let go to stay within the limit. */
  readonly dropped: () => number;
}

/** Longer lines are cut into pieces: a browser does not lay out a megabyte in one row. */
const MAX_LINE_CHARS = 16_384;

/**
 * A log in memory, as lines. Keeps the newest `maxLines`; what is older is let go in blocks.
 */
export function createLogBuffer(maxLines = 200_000): LogBuffer {
  let lines: LogLine[] = [];
  let dropped = 0;
  let open = "";
  let openLine: LogLine | null = null;
  let style: LogStyle = plain;

  const add = (line: LogLine) => {
    lines.push(line);
    const slack = Math.ceil(maxLines / 10);
    if (lines.length > maxLines + slack) {
      dropped += lines.length - maxLines;
      lines = lines.slice(-maxLines);
    }
  };
  const close = (raw: string) => {
    const { text, spans, end } = parseLine(lastRewrite(raw), style);
    style = end;
    add({ text, spans });
  };

  return {
    append(chunk) {
      open = eachLine(open + chunk, close);
      openLine = open === "" ? null : parseLine(lastRewrite(open), style);
    },
    remark(text) {
      if (open !== "") close(open);
      open = "";
      openLine = null;
      add({ text, spans: null, remark: true });
    },
    size: () => lines.length + (openLine === null ? 0 : 1),
    at: (index) => (index === lines.length ? (openLine ?? undefined) : lines[index]),
    numberAt: (index) => dropped + index + 1,
    indexOfNumber(number) {
      const index = number - dropped - 1;
      return index >= 0 && index < lines.length + (openLine === null ? 0 : 1) ? index : -1;
    },
    dropped: () => dropped,
  };
}

/** Gives every complete line (and every piece of an endless one) to `take`, and returns what has no end yet. */
function eachLine(text: string, take: (line: string) => void): string {
  let from = 0;
  for (;;) {
    const newline = text.indexOf("\n", from);
    const end = newline === -1 ? text.length : newline;
    if (end - from > MAX_LINE_CHARS) {
      take(text.slice(from, from + MAX_LINE_CHARS));
      from += MAX_LINE_CHARS;
    } else if (newline === -1) return text.slice(from);
    else {
      take(text.slice(from, newline));
      from = newline + 1;
    }
  }
}

/** What a terminal would still show of a line that was rewritten with carriage returns: its last version. */
function lastRewrite(raw: string): string {
  const end = raw.endsWith("\r") ? raw.length - 1 : raw.length;
  const cut = raw.lastIndexOf("\r", end - 1);
  return raw.slice(cut + 1, end);
}
