const lineFeed = 0x0a;
const maxSizeLine = 1_024;
const maxTrailers = 16 * 1024;

type Expecting = "size" | "data" | "data-end" | "trailers" | "nothing";

export interface DecodedChunks {
  /** Pieces of the body found in the bytes given. */
  readonly pieces: readonly Buffer[];
  /** Bytes after the end of the body, when the end was among them. */
  readonly rest: Buffer | null;
}

/** Takes the chunked coding off a body, piece by piece as bytes arrive; extensions and trailers are dropped. */
export class ChunkDecoder {
  #expecting: Expecting = "size";
  #left = 0;
  #line = "";
  #trailerBytes = 0;

  /** The body pieces in `bytes`; null when the coding is broken. */
  decode(bytes: Buffer): DecodedChunks | null {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < bytes.length && this.#expecting !== "nothing") {
      if (this.#expecting === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#expecting = "data-end";
        pieces.push(piece);
        continue;
      }
      const end = bytes.indexOf(lineFeed, at);
      const stop = end < 0 ? bytes.length : end + 1;
      this.#line += bytes.toString("latin1", at, stop);
      at = stop;
      if (this.#line.length > (this.#expecting === "trailers" ? maxTrailers : maxSizeLine)) return null;
      if (end >= 0 && !this.#takeLine()) return null;
    }
    return { pieces, rest: this.#expecting === "nothing" ? bytes.subarray(at) : null };
  }

  #takeLine(): boolean {
    const line = this.#line;
    this.#line = "";
    if (!line.endsWith("\r\n")) return false;
    if (this.#expecting === "data-end") {
      this.#expecting = "size";
      return line === "\r\n";
    }
    if (this.#expecting === "trailers") {
      this.#trailerBytes += line.length;
      if (line === "\r\n") this.#expecting = "nothing";
      return this.#trailerBytes <= maxTrailers;
    }
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;[^\r\n]*)?\r\n$/i.exec(line)?.[1];
    if (size === undefined) return false;
    this.#left = Number.parseInt(size, 16);
    this.#expecting = this.#left === 0 ? "trailers" : "data";
    return true;
  }
}
