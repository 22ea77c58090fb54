import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { type LogFrame } from "../engine/demultiplex.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { type Chunk, type LogFile, openLogFile, readLog } from "./log-file.ts";

export type StreamName = "stdout" | "stderr";

interface Stream {
  readonly file: LogFile;
  /** Of the last whole line that was written. */
  timestamp: string | null;
  /** The offset after that line. */
  wholeEnd: number;
  /** What comes may have been written before. */
  catchingUp: boolean;
}

/** A task's folder with its two log files, open for writing. Its operations wait for each other. */
export interface Sandbox {
  /** To be called before reading the engine's log (again): tells from when; null = from the beginning. An unfinished line is taken back. */
  resume(): Promise<string | null>;
  write(frames: readonly LogFrame[]): Promise<void>;
  /** The last frames of an ended container: what its stream has left out is added. */
  addMissed(frames: readonly LogFrame[]): Promise<void>;
  /** Text of the scheduler's own. */
  note(text: string): Promise<void>;
  read(name: StreamName, offset: number | null, length: number): Promise<Chunk | null>;
  checkpoint(): Promise<void>;
  /** Nothing more will come: what is there is all. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** How far lines of the two streams may stand in each other's order, in milliseconds. */
const disorder = 2_000;

export async function openSandbox(directory: string): Promise<Sandbox> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const sandbox = new OpenSandbox(directory, await readCheckpoint(directory));
  await sandbox.open();
  return sandbox;
}

class OpenSandbox implements Sandbox {
  readonly #directory: string;
  readonly #streams = new Map<StreamName, Stream>();
  #noted: Checkpoint;
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string, known: Checkpoint) {
    this.#directory = directory;
    this.#noted = known;
  }

  async open(): Promise<void> {
    const known = this.#noted;
    for (const name of ["stdout", "stderr"] as const) {
      const { base, end, timestamp } = known[name];
      const rebased = (next: number): Promise<void> => this.#rebased(name, next);
      const file = await openLogFile({ directory: this.#directory, name, base, end, rebased });
      this.#streams.set(name, { file, timestamp, wholeEnd: end, catchingUp: false });
    }
  }

  resume(): Promise<string | null> {
    return this.#inTurn(async () => {
      let newest: string | null = null;
      for (const stream of this.#streams.values()) {
        await stream.file.cut(stream.wholeEnd);
        stream.catchingUp = stream.timestamp !== null;
        if (stream.timestamp !== null && (newest === null || stream.timestamp > newest)) newest = stream.timestamp;
      }
      return newest === null ? null : new Date(Date.parse(`${newest.slice(0, 23)}Z`) - disorder).toISOString();
    });
  }

  write(frames: readonly LogFrame[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const [name, stream] of this.#streams)
        await append(
          stream,
          frames.filter((frame) => frame.stream === name),
        );
    });
  }

  addMissed(frames: readonly LogFrame[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const [name, stream] of this.#streams) {
        // Of a line that has begun nothing is missing.
        if (stream.file.end > stream.wholeEnd) continue;
        const { timestamp } = stream;
        const isMissing = (frame: LogFrame) => (timestamp === null ? stream.file.end === 0 : frame.timestamp > timestamp);
        stream.catchingUp = false;
        await append(stream, frames.filter((frame) => frame.stream === name).filter(isMissing));
      }
    });
  }

  note(text: string): Promise<void> {
    return this.#inTurn(async () => {
      const stream = this.#streams.get("stderr");
      if (stream === undefined) return;
      await stream.file.append(Buffer.from(text));
      stream.wholeEnd = stream.file.end;
    });
  }

  read(name: StreamName, offset: number | null, length: number): Promise<Chunk | null> {
    return this.#inTurn(() => readLog(join(this.#directory, name), this.#streams.get(name)?.file.base ?? 0, offset, length));
  }

  checkpoint(): Promise<void> {
    return this.#inTurn(() => this.#keep(this.#position()));
  }

  finish(): Promise<void> {
    return this.#inTurn(async () => {
      for (const stream of this.#streams.values()) stream.wholeEnd = stream.file.end;
      await this.#keep(this.#position());
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      for (const stream of this.#streams.values()) await stream.file.close();
      this.#streams.clear();
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  #position(): Checkpoint {
    return { stdout: positionOf(this.#streams.get("stdout")), stderr: positionOf(this.#streams.get("stderr")) };
  }

  async #rebased(name: StreamName, base: number): Promise<void> {
    const position = this.#position();
    await this.#keep({ ...position, [name]: { ...position[name], base, end: Math.max(position[name].end, base) } });
  }

  async #keep(position: Checkpoint): Promise<void> {
    if (this.#streams.size === 0 || JSON.stringify(position) === JSON.stringify(this.#noted)) return;
    await writeCheckpoint(this.#directory, position);
    this.#noted = position;
  }
}

async function append(stream: Stream, frames: readonly LogFrame[]): Promise<void> {
  const news = stream.catchingUp ? frames.filter((frame) => stream.timestamp === null || frame.timestamp > stream.timestamp) : frames;
  if (news.length === 0) return;
  stream.catchingUp = false;
  let offset = stream.file.end;
  await stream.file.append(Buffer.concat(news.map((frame) => frame.data)));
  for (const frame of news) {
    offset += frame.data.length;
    if (frame.data.at(-1) !== 0x0a) continue;
    stream.timestamp = frame.timestamp;
    stream.wholeEnd = offset;
  }
}

function positionOf(stream: Stream | undefined): Checkpoint["stdout"] {
  if (stream === undefined) return { base: 0, end: 0, timestamp: null };
  return { base: stream.file.base, end: Math.max(stream.wholeEnd, stream.file.base), timestamp: stream.timestamp };
}
