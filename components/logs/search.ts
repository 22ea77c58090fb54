import type { LogSpan } from "./ansi.ts";
import { plain } from "./ansi.ts";
import type { LogBuffer, LogLine } from "./log-buffer.ts";

export interface LogPiece extends LogSpan {
  /** This piece is what was searched for. */
  readonly hit: boolean;
}

const MAX_HITS = 10_000;

/** The numbers of the lines that contain `query` (case does not matter), among lines from index `from` on; at most 10 000. */
export function findLines(buffer: LogBuffer, query: string, from = 0): number[] {
  const wanted = query.toLowerCase();
  const hits: number[] = [];
  if (wanted === "") return hits;
  for (let index = from; index < buffer.size() && hits.length < MAX_HITS; index += 1) {
    if (buffer.at(index)?.text.toLowerCase().includes(wanted) === true) hits.push(buffer.numberAt(index));
  }
  return hits;
}

/** A line as pieces to show, with what was searched for cut out. */
export function piecesOf(line: LogLine, query: string): readonly LogPiece[] {
  const spans = line.spans ?? [{ text: line.text, style: plain }];
  const ranges = rangesOf(line.text, query);
  if (ranges.length === 0) return spans.map((span) => ({ ...span, hit: false }));

  const pieces: LogPiece[] = [];
  let offset = 0;
  for (const span of spans) {
    const edges = new Set([0, span.text.length]);
    for (const [start, end] of ranges) {
      for (const edge of [start - offset, end - offset]) if (edge > 0 && edge < span.text.length) edges.add(edge);
    }
    const cuts = [...edges].toSorted((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 1) {
      const [from = 0, to = 0] = [cuts[i], cuts[i + 1]];
      const hit = ranges.some(([start, end]) => start <= offset + from && offset + to <= end);
      pieces.push({ text: span.text.slice(from, to), style: span.style, hit });
    }
    offset += span.text.length;
  }
  return pieces;
}

const MAX_RANGES = 50;

function rangesOf(text: string, query: string): [number, number][] {
  const [hay, wanted] = [text.toLowerCase(), query.toLowerCase()];
  const ranges: [number, number][] = [];
  // Lower case may change a text's length (İ); then the places would be wrong and are left out.
  if (wanted === "" || hay.length !== text.length) return ranges;
  for (let at = hay.indexOf(wanted); at !== -1 && ranges.length < MAX_RANGES; at = hay.indexOf(wanted, at + wanted.length)) {
    ranges.push([at, at + wanted.length]);
  }
  return ranges;
}
