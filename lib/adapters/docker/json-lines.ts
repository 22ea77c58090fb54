import type { Readable } from "node:stream";

import { z } from "zod";

/** Longest line of the engine's answer that is looked at; a longer one is skipped whole. */
const maxLineBytes = 16 * 1024 * 1024;

const lineSchema = z.object({
  id: z.string().optional().catch(undefined),
  stream: z.string().optional().catch(undefined),
  status: z.string().optional().catch(undefined),
  progress: z.string().optional().catch(undefined),
  aux: z.unknown().optional(),
  error: z.string().optional().catch(undefined),
  errorDetail: z
    .object({ message: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** One line of the engine's progress stream (builds, pushes). */
export type EngineLine = z.infer<typeof lineSchema>;

/** The engine's progress stream line by line. Lines that are not JSON objects are passed over; memory is bounded by the longest line. */
export async function* readEngineLines(stream: Readable): AsyncGenerator<EngineLine> {
  for await (const bytes of splitLines(stream)) {
    const line = parseLine(bytes);
    if (line) yield line;
  }
}

async function* splitLines(stream: Readable): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const piece of stream) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const rest = chunk.subarray(start, end);
      if (held + rest.length <= maxLineBytes) yield parts.length === 0 ? rest : Buffer.concat([...parts, rest]);
      parts = [];
      held = 0;
      start = end + 1;
    }
    const tail = chunk.subarray(start);
    held += tail.length;
    if (held > maxLineBytes) parts = [];
    else if (tail.length > 0) parts.push(tail);
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

function parseLine(bytes: Buffer): EngineLine | null {
  if (bytes.length < 2) return null;
  try {
    const parsed = lineSchema.safeParse(JSON.parse(bytes.toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
