export interface LogFrame {
  readonly stream: "stdout" | "stderr";
  /** The engine's time of the line, RFC 3339 with nanoseconds: fixed width, so it can be compared as text. */
  readonly timestamp: string;
  readonly data: Buffer;
}

const headerLength = 8;
/** The engine cuts lines at 16 KiB; this much more means that the stream is not what it should be. */
const longestFrame = 4 * 1_048_576;

/** Takes apart the engine's interleaved log stream (with timestamps), however it was cut into chunks. */
export function createDemultiplexer(): (chunk: Buffer) => LogFrame[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: LogFrame[] = [];
    while (buffer.length >= headerLength) {
      const length = buffer.readUInt32BE(4);
      if (length > longestFrame) throw new Error("The engine's log stream is broken.");
      if (buffer.length < headerLength + length) break;
      const frame = parseFrame(buffer[0] === 2 ? "stderr" : "stdout", buffer.subarray(headerLength, headerLength + length));
      if (frame !== null) frames.push(frame);
      buffer = buffer.subarray(headerLength + length);
    }
    rest = Buffer.from(buffer);
    return frames;
  };
}

function parseFrame(stream: "stdout" | "stderr", payload: Buffer): LogFrame | null {
  const space = payload.indexOf(0x20);
  if (space < 1) return null;
  return { stream, timestamp: payload.toString("latin1", 0, space), data: payload.subarray(space + 1) };
}
