import { BerthError } from "#lib/core/errors.ts";

/** A request's body, counted while it arrives. Throws `payload_too_large`, or `request_too_slow` when it is not all here in time. */
export async function readBytes(body: ReadableStream<Uint8Array>, limits: { withinMs: number; maxBytes: number }): Promise<Buffer> {
  const reader = body.getReader();
  let giveUp: () => void = () => undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(new BerthError("request_too_slow"));
  });
  tooLate.catch(() => undefined);
  const timer = setTimeout(giveUp, limits.withinMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), tooLate]);
      if (done) return Buffer.concat(chunks);
      size += value.length;
      if (size > limits.maxBytes) throw new BerthError("payload_too_large");
      chunks.push(value);
    }
  } catch (error) {
    // What still comes is nobody's; whether it can be stopped is the sender's affair.
    reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
