import protobuf from "protobufjs/minimal.js";

/** BuildKit's progress message (moby.buildkit.v1.StatusResponse), cut down to what a log and a failure report need. */
export interface TraceStatus {
  readonly vertexes: readonly TraceVertex[];
  readonly statuses: readonly TraceProgress[];
  readonly logs: readonly TraceLog[];
  readonly warnings: readonly TraceWarning[];
}

export interface TraceVertex {
  digest: string;
  name: string;
  cached: boolean;
  /** Milliseconds since 1970; null = not yet. */
  started: number | null;
  completed: number | null;
  error: string;
}

export interface TraceProgress {
  id: string;
  vertex: string;
  current: number;
  total: number;
  timestamp: number | null;
  started: number | null;
  completed: number | null;
}

export interface TraceLog {
  vertex: string;
  timestamp: number | null;
  /** 1 = stdout, 2 = stderr. */
  stream: number;
  bytes: Uint8Array;
}

export interface TraceWarning {
  vertex: string;
  short: string;
}

/** Reads one `moby.buildkit.trace` payload. Unknown fields are skipped; broken bytes throw RangeError or Error. */
export function decodeTrace(base64: string): TraceStatus {
  const reader = protobuf.Reader.create(Buffer.from(base64, "base64"));
  const vertexes: TraceVertex[] = [];
  const statuses: TraceProgress[] = [];
  const logs: TraceLog[] = [];
  const warnings: TraceWarning[] = [];
  readFields(reader, reader.len, (field) => {
    if (field === 1) vertexes.push(readVertex(reader));
    else if (field === 2) statuses.push(readProgress(reader));
    else if (field === 3) logs.push(readLog(reader));
    else if (field === 4) warnings.push(readWarning(reader));
    else return false;
    return true;
  });
  return { vertexes, statuses, logs, warnings };
}

function readVertex(reader: protobuf.Reader): TraceVertex {
  const vertex: TraceVertex = { digest: "", name: "", cached: false, started: null, completed: null, error: "" };
  readFields(reader, endOfMessage(reader), (field) => {
    if (field === 1) vertex.digest = reader.string();
    else if (field === 3) vertex.name = reader.string();
    else if (field === 4) vertex.cached = reader.bool();
    else if (field === 5) vertex.started = readTime(reader);
    else if (field === 6) vertex.completed = readTime(reader);
    else if (field === 7) vertex.error = reader.string();
    else return false;
    return true;
  });
  return vertex;
}

function readProgress(reader: protobuf.Reader): TraceProgress {
  const progress: TraceProgress = { id: "", vertex: "", current: 0, total: 0, timestamp: null, started: null, completed: null };
  readFields(reader, endOfMessage(reader), (field) => {
    if (field === 1) progress.id = reader.string();
    else if (field === 2) progress.vertex = reader.string();
    else if (field === 4) progress.current = toNumber(reader.int64());
    else if (field === 5) progress.total = toNumber(reader.int64());
    else if (field === 6) progress.timestamp = readTime(reader);
    else if (field === 7) progress.started = readTime(reader);
    else if (field === 8) progress.completed = readTime(reader);
    else return false;
    return true;
  });
  return progress;
}

function readLog(reader: protobuf.Reader): TraceLog {
  const log: TraceLog = { vertex: "", timestamp: null, stream: 1, bytes: new Uint8Array() };
  readFields(reader, endOfMessage(reader), (field) => {
    if (field === 1) log.vertex = reader.string();
    else if (field === 2) log.timestamp = readTime(reader);
    else if (field === 3) log.stream = toNumber(reader.int64());
    else if (field === 4) log.bytes = reader.bytes();
    else return false;
    return true;
  });
  return log;
}

function readWarning(reader: protobuf.Reader): TraceWarning {
  const warning: TraceWarning = { vertex: "", short: "" };
  readFields(reader, endOfMessage(reader), (field) => {
    if (field === 1) warning.vertex = reader.string();
    else if (field === 3) warning.short = Buffer.from(reader.bytes()).toString("utf8");
    else return false;
    return true;
  });
  return warning;
}

/** google.protobuf.Timestamp as milliseconds. */
function readTime(reader: protobuf.Reader): number {
  let seconds = 0;
  let nanos = 0;
  readFields(reader, endOfMessage(reader), (field) => {
    if (field === 1) seconds = toNumber(reader.int64());
    else if (field === 2) nanos = reader.int32();
    else return false;
    return true;
  });
  return seconds * 1000 + nanos / 1e6;
}

function readFields(reader: protobuf.Reader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) reader.skipType(tag & 7);
  }
}

function endOfMessage(reader: protobuf.Reader): number {
  const length = reader.uint32();
  return Math.min(reader.pos + length, reader.len);
}

/** Exact up to 2^53, which is past any size or time in question. */
function toNumber(value: number | { readonly low: number; readonly high: number }): number {
  return typeof value === "number" ? value : value.high * 2 ** 32 + (value.low >>> 0);
}
