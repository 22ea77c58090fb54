import { BerthError, isBerthError } from "#lib/core/errors.ts";
import type { Log } from "#lib/platform/log.ts";
import { createHttpClient } from "#lib/platform/outbound-http/client.ts";

import { type FoundTask, findTask } from "./find-task.ts";
import { type GetJson, type MesosAccess, createGetter } from "./get-json.ts";
import { parseJsonBytes } from "./json-bytes.ts";
import { type Sandboxes, createSandboxes } from "./sandbox.ts";
import { fileChunkSchema } from "./wire.ts";

export interface TaskLogOptions extends MesosAccess {
  /** Where the cluster's Mesos master is, and under which framework the tasks run: `info` of the Marathon client. */
  readonly info: () => Promise<{ readonly frameworkId: string | null; readonly mesosUrl: string | null }>;
  /** Certificates in PEM, trusted in place of the system's. */
  readonly ca?: string | undefined;
  readonly log: Log;
  readonly timeoutMs?: number | undefined;
}

export interface TaskPlace {
  readonly taskId: string;
  /** Null when it is not known any more: then the only agent, or the one called `host`, is asked. */
  readonly agentId: string | null;
  readonly host: string | null;
}

export interface TaskLogPiece {
  readonly data: Buffer;
  /** Where `data` starts in the file; not what was asked for when the file has become shorter. */
  readonly offset: number;
  /** Where to read on. */
  readonly next: number;
}

export interface TaskLogReader {
  /**
   * At most `maxBytes` of a task's output from `offset`; from "end": the last `maxBytes` (0: only the size, as `offset`). Null: expired,
   * the agent has no such output any more. Throws `unavailable` when master or agent do not answer.
   */
  read(place: TaskPlace, stream: "stdout" | "stderr", offset: number | "end", maxBytes: number): Promise<TaskLogPiece | null>;
  /** The task whose id begins so, running or ended; null when no agent knows one (any more). Throws `unavailable`. */
  find(prefix: string): Promise<FoundTask | null>;
  /** The last `maxBytes` of it, or null. */
  tail(place: TaskPlace, stream: "stdout" | "stderr", maxBytes: number): Promise<Buffer | null>;
  close(): Promise<void>;
}

/** An agent gives 16 memory pages at a time, whatever is asked. */
const pieceBytes = 64 * 1024;
/** One byte may take six characters of JSON. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Reads the output of tasks from the sandboxes on the agents, the way the Mesos console does. */
export function createTaskLogReader(options: TaskLogOptions): TaskLogReader {
  const http = createHttpClient({
    timeoutMs: options.timeoutMs ?? 10_000,
    maxBodyBytes: maxAnswerBytes,
    policy: "operator",
    ca: options.ca,
    log: options.log,
  });
  const get = createGetter(http, options);
  const sandboxes = createSandboxes({ info: options.info, get: (url) => get(url, (body) => JSON.parse(body.toString("utf8"))) });
  const readFrom = (place: TaskPlace, stream: "stdout" | "stderr") => async (offset: number, length: number) =>
    await readPiece(get, sandboxes, place, stream, offset, length);

  async function read(
    place: TaskPlace,
    stream: "stdout" | "stderr",
    offset: number | "end",
    maxBytes: number,
  ): Promise<TaskLogPiece | null> {
    const piece = readFrom(place, stream);
    if (offset !== "end") return await readOn(piece, offset, maxBytes);
    const end = await piece(-1, 0);
    if (end === null) return null;
    return maxBytes === 0
      ? { data: Buffer.alloc(0), offset: end.offset, next: end.offset }
      : await readOn(piece, Math.max(0, end.offset - maxBytes), maxBytes);
  }

  return {
    read,
    find: (prefix) => findTask({ info: options.info, get }, prefix),
    tail: async (place, stream, maxBytes) => (await read(place, stream, "end", maxBytes))?.data ?? null,
    close: () => http.close(),
  };
}

type ReadPiece = (offset: number, length: number) => Promise<{ data: Buffer; offset: number } | null>;

/**
 * Piece by piece, as far as the file goes. A file shorter than `offset` was begun anew: it is read from its start. One whose beginning was
 * thrown away answers from a later place than asked for.
 */
async function readOn(piece: ReadPiece, offset: number, maxBytes: number): Promise<TaskLogPiece | null> {
  const pieces: Buffer[] = [];
  let start = offset;
  let size = 0;
  while (size < maxBytes) {
    const got = await piece(start + size, Math.min(pieceBytes, maxBytes - size));
    if (got === null) return null;
    if (got.data.length === 0) {
      if (size > 0 || start === 0) break;
      const end = await piece(-1, 0);
      if (end === null) return null;
      if (end.offset >= start) break;
      start = 0;
      continue;
    }
    if (size === 0) start = got.offset;
    // What lies between was thrown away while we were reading: the rest is for the next read.
    else if (got.offset !== start + size) break;
    const data = got.data.subarray(0, maxBytes - size);
    pieces.push(data);
    size += data.length;
  }
  return { data: Buffer.concat(pieces), offset: start, next: start + size };
}

async function readPiece(
  get: GetJson,
  sandboxes: Sandboxes,
  place: TaskPlace,
  stream: "stdout" | "stderr",
  offset: number,
  length: number,
): Promise<{ data: Buffer; offset: number } | null> {
  const sandbox = await sandboxes.find(place);
  if (sandbox === null) return null;
  const query = new URLSearchParams({ path: `${sandbox.directory}/${stream}`, offset: String(offset), length: String(length) });
  try {
    const read = async (path: string) => await get(`${sandbox.agentUrl}/files/${path}?${query.toString()}`, parseJsonBytes);
    const answer = (await read("read")) ?? (await read("read.json"));
    if (answer === null) {
      sandboxes.forget(place);
      return null;
    }
    const chunk = fileChunkSchema.parse(answer);
    return { data: Buffer.from(chunk.data, "latin1"), offset: chunk.offset };
  } catch (error) {
    // The agent may have come back under another address.
    sandboxes.forget(place);
    throw isBerthError(error) ? error : new BerthError("unavailable", { detail: "The agent's answer is not understood.", cause: error });
  }
}
