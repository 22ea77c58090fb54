import { z } from "zod";

/** What of a child's output a person should see at once. */
const lineSchema = z.object({
  level: z.number(),
  msg: z.string().default(""),
  err: z.object({ message: z.string() }).optional(),
});

const warning = 40;
const longest = 300;

/** A JSON log line of level warning or above as one sentence; undefined for everything else. */
export function worthShowing(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  const parsed = lineSchema.safeParse(parseJson(line));
  if (!parsed.success || parsed.data.level < warning) return undefined;
  const { msg, err } = parsed.data;
  const text = err === undefined || msg.includes(err.message) ? msg : `${msg === "" ? "" : `${msg}: `}${err.message}`;
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, longest);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
