import { type Socket, connect } from "node:net";

import { type AnswerHead, parseAnswerHead } from "./answer-head.ts";
import { ChunkDecoder } from "./chunk-decoder.ts";
import type { GatewayLimits } from "./limits.ts";

const headEnd = Buffer.from("\r\n\r\n");
const nothing = Buffer.alloc(0);

/** Why an answer did not come, or did not end. */
export interface UpstreamFailure {
  readonly reason: "unreachable" | "lost" | "timeout" | "malformed";
  /** Whether the connection had carried an earlier request: the app may just have closed it for idleness. */
  readonly reused: boolean;
  /** No byte of an answer came. */
  readonly silent: boolean;
}

/** Receives the answer to one request: `head`, any number of `data`, then `end`; or `failed` at any moment before `end`. */
export interface AnswerSink {
  readonly method: string;
  /** Whether the client asked to switch protocols. */
  readonly wantsUpgrade: boolean;
  /** The task can be written to: the moment to send the request's body. */
  opened(): void;
  /** The app answered `100 Continue`. */
  continued(): void;
  head(head: AnswerHead): void;
  /** Returns false to stop reading until `UpstreamConnection.resume`. */
  data(piece: Buffer): boolean;
  end(lastPiece: Buffer | null): void;
  /** No more bytes at the moment: what was held back may be sent. */
  flush(): void;
  upgraded(head: AnswerHead, socket: Socket, rest: Buffer): void;
  failed(failure: UpstreamFailure): void;
}

export interface ConnectionOwner {
  readonly limits: GatewayLimits;
  released(connection: UpstreamConnection): void;
  closed(connection: UpstreamConnection): void;
}

type Phase = "idle" | "head" | "body" | "closed";

/** One connection to a task, carrying one request at a time. */
export class UpstreamConnection {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #sink: AnswerSink | null = null;
  #phase: Phase = "idle";
  #open = false;
  #reused = false;
  #answer: AnswerHead | null = null;
  #partialHead: Buffer | null = null;
  #silent = true;
  #left = 0;
  #chunks: ChunkDecoder | null = null;
  #connectTimer: NodeJS.Timeout | null = null;
  #onDrain: (() => void) | null = null;
  /** The request has been written to its end, so that another may follow. */
  #requestSent = false;
  /** When something last moved (milliseconds, `Date.now`). */
  movedAt = Date.now();
  /** Until when the idle connection may be used. */
  usableUntil = 0;

  constructor(owner: ConnectionOwner, target: { readonly host: string; readonly port: number }) {
    this.#owner = owner;
    this.#socket = connect({ host: target.host, port: target.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    this.#connectTimer = setTimeout(() => this.#fail("unreachable"), owner.limits.connectMs);
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("data", (bytes: Buffer) => this.#received(bytes));
    this.#socket.on("drain", () => this.#onDrain?.());
    this.#socket.on("end", () => this.#ended());
    this.#socket.on("error", () => this.#lost());
    this.#socket.on("close", () => this.#lost());
  }

  get idle(): boolean {
    return this.#phase === "idle";
  }

  /** Sends a request's head; its answer goes to `sink`. Only when idle. `write` and `finish` follow unless it is the `whole` request. */
  send(head: string, sink: AnswerSink, whole: boolean): void {
    this.#sink = sink;
    this.#phase = "head";
    this.#answer = null;
    this.#silent = true;
    this.#requestSent = whole;
    this.movedAt = Date.now();
    this.#socket.write(head, "latin1");
    if (this.#open) sink.opened();
  }

  /** Writes a piece of the request's body; false when the app cannot keep up, then `onDrain` follows once. */
  write(piece: Buffer, chunked: boolean, onDrain: () => void): boolean {
    if (this.#phase === "closed") return true;
    this.movedAt = Date.now();
    this.#onDrain = onDrain;
    if (!chunked) return this.#socket.write(piece);
    this.#socket.cork();
    this.#socket.write(`${piece.length.toString(16)}\r\n`, "latin1");
    this.#socket.write(piece);
    const more = this.#socket.write("\r\n", "latin1");
    this.#socket.uncork();
    return more;
  }

  finish(chunked: boolean): void {
    if (this.#phase === "closed") return;
    this.movedAt = Date.now();
    this.#onDrain = null;
    if (chunked) this.#socket.write("0\r\n\r\n", "latin1");
    this.#requestSent = true;
  }

  resume(): void {
    this.movedAt = Date.now();
    this.#socket.resume();
  }

  /** Closes without a word to the sink. */
  destroy(): void {
    this.#sink = null;
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    if (this.#connectTimer !== null) clearTimeout(this.#connectTimer);
    this.#socket.destroy();
    this.#owner.closed(this);
  }

  /** Ends the connection when nothing has moved for too long. */
  checkTime(now: number): void {
    const { limits } = this.#owner;
    if (this.#phase === "idle" && now >= this.usableUntil) this.destroy();
    else if (this.#phase === "head" && now - this.movedAt > limits.answerMs) this.#fail("timeout");
    else if (this.#phase === "body" && this.#socket.isPaused() && now - this.movedAt > limits.stallMs) this.#fail("timeout");
  }

  #connected(): void {
    if (this.#connectTimer !== null) clearTimeout(this.#connectTimer);
    this.#connectTimer = null;
    this.#open = true;
    this.#sink?.opened();
  }

  #received(bytes: Buffer): void {
    const sink = this.#sink;
    // An app that speaks without being asked would have its words taken for the next answer.
    if (sink === null) return this.destroy();
    this.movedAt = Date.now();
    this.#silent = false;
    const rest = this.#phase === "head" ? this.#readHead(bytes, sink) : bytes;
    if (rest !== null && this.#phase === "body") this.#readBody(rest, sink);
    if (this.#sink === sink) sink.flush();
  }

  /** The bytes after the final head, or null while it is incomplete or when the connection has left the phase. */
  #readHead(bytes: Buffer, sink: AnswerSink): Buffer | null {
    let pending = this.#partialHead === null ? bytes : Buffer.concat([this.#partialHead, bytes]);
    this.#partialHead = null;
    for (;;) {
      const end = pending.indexOf(headEnd);
      if (end < 0 || end > this.#owner.limits.answerHeadBytes) {
        if (pending.length > this.#owner.limits.answerHeadBytes) this.#fail("malformed");
        else this.#partialHead = pending;
        return null;
      }
      const head = parseAnswerHead(pending.toString("latin1", 0, end), sink.method);
      pending = pending.subarray(end + headEnd.length);
      if (head === null || (head.status === 101 && !sink.wantsUpgrade)) {
        this.#fail("malformed");
        return null;
      }
      if (head.status === 101) return this.#switch(head, sink, pending);
      if (head.status >= 200) return this.#beginBody(head, sink, pending);
      if (head.status === 100) sink.continued();
      if (pending.length === 0) return null;
    }
  }

  #switch(head: AnswerHead, sink: AnswerSink, rest: Buffer): null {
    this.#sink = null;
    this.#phase = "closed";
    this.#socket.removeAllListeners("data");
    this.#owner.closed(this);
    sink.upgraded(head, this.#socket, rest);
    return null;
  }

  #beginBody(head: AnswerHead, sink: AnswerSink, rest: Buffer): Buffer {
    this.#answer = head;
    this.#phase = "body";
    this.#left = head.length;
    this.#chunks = head.framing === "chunked" ? new ChunkDecoder() : null;
    sink.head(head);
    if (head.framing === "none" || (head.framing === "length" && head.length === 0)) this.#complete(null, rest);
    return rest;
  }

  #readBody(bytes: Buffer, sink: AnswerSink): void {
    if (bytes.length === 0) return;
    if (this.#chunks !== null) return this.#readChunks(this.#chunks, bytes, sink);
    if (this.#answer?.framing === "length") {
      if (bytes.length >= this.#left) return this.#complete(bytes.subarray(0, this.#left), bytes.subarray(this.#left));
      this.#left -= bytes.length;
    }
    if (!sink.data(bytes)) this.#socket.pause();
  }

  #readChunks(decoder: ChunkDecoder, bytes: Buffer, sink: AnswerSink): void {
    const decoded = decoder.decode(bytes);
    if (decoded === null) return this.#fail("malformed");
    const last = decoded.rest === null ? null : (decoded.pieces.at(-1) ?? null);
    let more = true;
    for (const piece of decoded.pieces) if (piece !== last) more = sink.data(piece);
    // The client may have gone while it was given a piece.
    if (this.#sink !== sink) return;
    if (decoded.rest !== null) this.#complete(last, decoded.rest);
    else if (!more) this.#socket.pause();
  }

  /** The answer is whole; the connection is free again when nothing forbids it. */
  #complete(lastPiece: Buffer | null, rest: Buffer): void {
    const sink = this.#sink;
    const answer = this.#answer;
    this.#sink = null;
    this.#onDrain = null;
    if (answer?.keepAlive === true && this.#requestSent && rest.length === 0) {
      const said = answer.keepAliveSeconds === null ? Number.POSITIVE_INFINITY : answer.keepAliveSeconds * 1_000 - 1_000;
      this.#phase = "idle";
      this.#reused = true;
      this.usableUntil = this.movedAt + Math.min(this.#owner.limits.idleMs, said);
      this.#owner.released(this);
    } else {
      this.destroy();
    }
    sink?.end(lastPiece);
  }

  #ended(): void {
    if (this.#phase === "body" && this.#answer?.framing === "close") this.#complete(null, nothing);
    else this.#lost();
  }

  #lost(): void {
    if (this.#phase !== "closed") this.#fail(this.#open ? "lost" : "unreachable");
  }

  #fail(reason: UpstreamFailure["reason"]): void {
    const sink = this.#sink;
    this.destroy();
    sink?.failed({ reason, reused: this.#reused, silent: this.#silent });
  }
}
