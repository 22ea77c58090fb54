import { HttpError } from "./http-error.ts";

/** The whole body, as long as it stays within `maxBytes`; otherwise HttpError `too_large`, read no further than that. */
export async function readCapped(body: AsyncIterable<unknown>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    const chunk = toBuffer(piece);
    size += chunk.length;
    if (size > maxBytes) throw new HttpError("too_large", `The answer has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.from(String(chunk));
}
