import { cleanLogLine, maxLineLength } from "#lib/core/log-text.ts";
import { createRedactor } from "#lib/core/redaction.ts";
import type { Database } from "#lib/platform/database/client.ts";
import type { Log } from "#lib/platform/log.ts";

/** What a build's log may hold; the job goes on without it. */
export const logCapBytes = 8 * 1024 * 1024;
const flushAfterMs = 100;
const chunkBytes = 32 * 1024;
/** A ring is cut to its length after so many chunks. */
const trimEvery = 16;

export interface LogSink {
  /** Adds output. Never waits and never fails: a job does not depend on its log. */
  write(text: string): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

interface SinkOptions {
  readonly logId: string;
  /** Values that must not be readable in the log. */
  readonly secrets: readonly string[];
  readonly capBytes?: number;
  /** Keep the newest text instead of the oldest: for logs of running apps. */
  readonly ring?: boolean;
  readonly log: Log;
}

/**
 * The only way log text is kept: whole lines, cleaned, redacted, capped, in numbered chunks without gaps. A second sink
 * on the same log (after a crash) goes on behind the last chunk.
 */
export function openLogSink(database: Database, options: SinkOptions): LogSink {
  const redact = createRedactor(options.secrets);
  const store = createChunkStore(database, options);
  let partial = "";
  return {
    write(text) {
      const lines = (partial + text).split("\n");
      partial = lines.pop() ?? "";
      // A line that never ends would grow without bound.
      if (partial.length > maxLineLength * 4) partial = partial.slice(0, maxLineLength * 2);
      for (const line of lines) store.keep(`${redact(cleanLogLine(line))}\n`);
    },
    async close() {
      if (partial !== "") store.keep(`${redact(cleanLogLine(partial))}\n`);
      partial = "";
      await store.close();
    },
  };
}

/** Gathers lines into chunks and writes them one after the other, soon but not each by itself. */
function createChunkStore(database: Database, options: SinkOptions) {
  const capBytes = options.capBytes ?? logCapBytes;
  let [pending, kept, cut] = ["", 0, false];
  let nextSeq: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function keep(line: string): void {
    kept += line.length;
    if (options.ring === true || kept <= capBytes) pending += line;
    else if (!cut) {
      cut = true;
      pending += `… log cut here: it holds at most ${Math.round(capBytes / 1024 / 1024)} MiB; the work goes on …\n`;
    }
    if (pending.length >= chunkBytes) flush();
    else if (pending !== "") timer ??= setTimeout(flush, flushAfterMs);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const text = pending;
    pending = "";
    if (text === "") return;
    writing = writing
      .then(() => append(text))
      .catch((error: unknown) => options.log.warn({ err: error, logId: options.logId }, "Log text was lost."));
  }

  async function append(text: string): Promise<void> {
    nextSeq ??= await nextSequence(database, options.logId);
    await database.logChunk.create({ data: { logId: options.logId, seq: nextSeq, text }, select: { seq: true } });
    nextSeq += 1;
    if (options.ring === true && nextSeq % trimEvery === 0) await trimRing(database, options.logId, capBytes);
  }

  return {
    keep,
    async close() {
      flush();
      await writing;
    },
  };
}

async function nextSequence(database: Database, logId: string): Promise<number> {
  const { _max } = await database.logChunk.aggregate({ where: { logId }, _max: { seq: true } });
  return (_max.seq ?? 0) + 1;
}

async function trimRing(database: Database, logId: string, capBytes: number): Promise<void> {
  await database.$executeRaw`
    DELETE FROM log_chunk WHERE log_id = ${logId}::uuid AND seq IN (
      SELECT seq FROM (SELECT seq, sum(length(text)) OVER (ORDER BY seq DESC) AS total FROM log_chunk WHERE log_id = ${logId}::uuid) AS sized
      WHERE total > ${capBytes})`;
}
