import { StringDecoder } from "node:string_decoder";

import { cleanText } from "./engine-error.ts";
import type { TraceLog, TraceProgress, TraceStatus, TraceVertex } from "./wire.ts";

/** Longest unfinished log line that is held back while waiting for its end. */
const maxPartial = 8 * 1024;
/** Transfers report many times a second; a log shows one of them at most this often. */
const progressEveryMs = 1000;

/** `[2/4] RUN …`, `[build 2/4] RUN …`: what the Dockerfile asked for, as opposed to BuildKit's own chores. */
const dockerfileStep = /^\[(?:[^\]]+ )?\d+\/\d+\] /;

export interface FailedStep {
  readonly name: string;
  readonly error: string;
}

export interface TracePrinter {
  readonly print: (status: TraceStatus) => void;
  /** Prints what is still held back. */
  readonly end: () => void;
  /** The first step that failed for its own reasons, or null. */
  readonly failure: () => FailedStep | null;
}

interface PrintedVertex {
  readonly number: number;
  readonly decoders: Map<number, StringDecoder>;
  name: string;
  started: number | null;
  ended: boolean;
  partial: string;
  partialAt: number | null;
  shown: Map<string, number>;
}

/** Turns BuildKit's progress into the text of `docker build --progress=plain`: `#5 [2/4] RUN npm ci`, `#5 0.42 …`, `#5 DONE 1.2s`. */
export function createTracePrinter(options: {
  onOutput(text: string): void;
  onStep?: ((step: { name: string; cached: boolean }) => void) | undefined;
}): TracePrinter {
  const known = new Map<string, PrintedVertex>();
  let current: PrintedVertex | null = null;
  let failed: FailedStep | null = null;

  function line(vertex: PrintedVertex, text: string): void {
    heading(vertex);
    options.onOutput(`#${vertex.number} ${text}\n`);
  }

  function heading(vertex: PrintedVertex): void {
    if (current === vertex) return;
    options.onOutput(`${current === null ? "" : "\n"}#${vertex.number} ${vertex.name}\n`);
    current = vertex;
  }

  function onVertex(update: TraceVertex): void {
    if (update.started === null && update.completed === null && !update.cached && update.error === "") return;
    const vertex = known.get(update.digest) ?? addVertex(known, update);
    vertex.started = update.started ?? vertex.started;
    if (update.error !== "" && !isCancellation(update.error)) failed ??= { name: vertex.name, error: update.error };
    if (vertex.ended) return;
    if (update.completed === null && update.error === "" && !update.cached) {
      heading(vertex);
      return;
    }
    if (update.completed === null && !update.cached) return;
    flush(vertex, line);
    vertex.ended = true;
    line(vertex, ending(update, vertex));
    if (dockerfileStep.test(vertex.name)) options.onStep?.({ name: vertex.name, cached: update.cached });
  }

  return {
    print(status) {
      for (const update of status.vertexes) onVertex(update);
      for (const progress of status.statuses) onProgress(known.get(progress.vertex), progress, line);
      for (const log of status.logs) onLog(known.get(log.vertex), log, line);
      for (const warning of status.warnings) {
        const vertex = known.get(warning.vertex);
        if (vertex) line(vertex, `WARN: ${cleanText(warning.short)}`);
      }
    },
    end() {
      for (const vertex of known.values()) flush(vertex, line);
    },
    failure: () => failed,
  };
}

type PrintLine = (vertex: PrintedVertex, text: string) => void;

function addVertex(known: Map<string, PrintedVertex>, update: TraceVertex): PrintedVertex {
  const vertex: PrintedVertex = {
    number: known.size + 1,
    decoders: new Map(),
    name: cleanText(update.name, 400),
    started: update.started,
    ended: false,
    partial: "",
    partialAt: null,
    shown: new Map(),
  };
  known.set(update.digest, vertex);
  return vertex;
}

function ending(update: TraceVertex, vertex: PrintedVertex): string {
  if (update.error !== "") return isCancellation(update.error) ? "CANCELED" : `ERROR: ${cleanText(update.error)}`;
  if (update.cached) return "CACHED";
  const seconds = update.completed !== null && vertex.started !== null ? (update.completed - vertex.started) / 1000 : 0;
  return `DONE ${seconds.toFixed(1)}s`;
}

function isCancellation(error: string): boolean {
  return error.trim().endsWith("context canceled");
}

function onLog(vertex: PrintedVertex | undefined, log: TraceLog, line: PrintLine): void {
  if (!vertex) return;
  const decoder = vertex.decoders.get(log.stream) ?? new StringDecoder("utf8");
  vertex.decoders.set(log.stream, decoder);
  vertex.partialAt ??= log.timestamp;
  const pieces = (vertex.partial + decoder.write(Buffer.from(log.bytes))).split("\n");
  vertex.partial = pieces.pop() ?? "";
  for (const piece of pieces) {
    line(vertex, `${elapsed(vertex, vertex.partialAt)} ${piece.replace(/\r$/, "")}`);
    vertex.partialAt = log.timestamp;
  }
  if (vertex.partial === "") vertex.partialAt = null;
  if (vertex.partial.length > maxPartial) flush(vertex, line);
}

function flush(vertex: PrintedVertex, line: PrintLine): void {
  if (vertex.partial !== "") line(vertex, `${elapsed(vertex, vertex.partialAt)} ${vertex.partial}`);
  vertex.partial = "";
  vertex.partialAt = null;
}

function elapsed(vertex: PrintedVertex, at: number | null): string {
  return vertex.started === null || at === null ? "0.00" : Math.max(0, (at - vertex.started) / 1000).toFixed(2);
}

function onProgress(vertex: PrintedVertex | undefined, progress: TraceProgress, line: PrintLine): void {
  if (!vertex) return;
  const now = progress.timestamp ?? 0;
  const shownAt = vertex.shown.get(progress.id);
  const done = progress.completed !== null;
  if (shownAt === Number.POSITIVE_INFINITY || (!done && shownAt !== undefined && now - shownAt < progressEveryMs)) return;
  vertex.shown.set(progress.id, done ? Number.POSITIVE_INFINITY : now);
  const size =
    progress.total > 0
      ? ` ${bytes(progress.current)} / ${bytes(progress.total)}`
      : progress.current > 0
        ? ` ${bytes(progress.current)}`
        : "";
  const time =
    progress.started !== null && progress.completed !== null ? ` ${((progress.completed - progress.started) / 1000).toFixed(1)}s` : "";
  line(vertex, `${cleanText(progress.id, 300)}${size}${time}${done ? " done" : ""}`);
}

function bytes(count: number): string {
  if (count < 1000) return `${count}B`;
  if (count < 1e6) return `${(count / 1e3).toFixed(2)}kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(2)}MB` : `${(count / 1e9).toFixed(2)}GB`;
}
