import type { Verdict } from "./access.ts";
import type { GatewayLimits } from "./limits.ts";

/** An answer under way: a page, a download without end, a status stream, a tunnel. */
export interface OpenStream {
  /** Whoever asked for it, and whether he still may see it. */
  readonly viewer: { still(): Verdict | Promise<Verdict> };
  /** Ends it at once. */
  cut(): void;
}

/** Everything being answered now. Asks again when rights may have changed and every few seconds, and cuts what may not be seen any more. */
export class OpenStreams {
  readonly #streams = new Set<OpenStream>();
  readonly #doubts = new WeakMap<OpenStream, number>();
  readonly #doubtMs: number;
  readonly #timer: NodeJS.Timeout;

  constructor(limits: GatewayLimits) {
    this.#doubtMs = limits.doubtMs;
    this.#timer = setInterval(() => this.recheck(), limits.recheckMs);
    this.#timer.unref();
  }

  add(stream: OpenStream): void {
    this.#streams.add(stream);
  }

  delete(stream: OpenStream): void {
    this.#streams.delete(stream);
  }

  recheck(): void {
    for (const stream of this.#streams) {
      const verdict = stream.viewer.still();
      if (verdict === "yes") continue;
      if (typeof verdict === "string") this.#settle(stream, verdict === "no");
      else void verdict.then((said) => this.#settle(stream, said === "no", said === "yes"));
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Without a clear word it goes on for a while: the database may be away, and then no right is being taken. */
  #settle(stream: OpenStream, refused: boolean, allowed = false): void {
    if (allowed) return void this.#doubts.delete(stream);
    const since = this.#doubts.get(stream) ?? Date.now();
    this.#doubts.set(stream, since);
    if (!refused && Date.now() - since < this.#doubtMs) return;
    this.#streams.delete(stream);
    stream.cut();
  }
}
