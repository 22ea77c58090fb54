import { BerthError } from "#lib/core/errors.ts";

const bodyMaxBytes = 1024 * 1024;

/** The JSON a request carries. Throws `invalid_input`, `payload_too_large`, or `request_too_slow` when it is not all here after `withinMs`. */
export async function readJson(request: Request, withinMs: number): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type))
    throw new BerthError("invalid_input", { detail: "Send JSON with content-type application/json." });
  const bytes = request.body === null ? Buffer.alloc(0) : await readBytes(request.body, withinMs);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new BerthError("invalid_input", { detail: "That is not JSON." });
  }
}

async function readBytes(body: ReadableStream<Uint8Array>, withinMs: number): Promise<Buffer> {
  const reader = body.getReader();
  let giveUp: () => void = () => undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(new BerthError("request_too_slow"));
  });
  tooLate.catch(() => undefined);
  const timer = setTimeout(giveUp, withinMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), tooLate]);
      if (done) return Buffer.concat(chunks);
      size += value.length;
      if (size > bodyMaxBytes) throw new BerthError("payload_too_large");
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
