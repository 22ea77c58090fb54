import type { z } from "zod";

import { check } from "./schema.ts";

/** What was meant by lines of `linesOf`, for a schema to judge. Lines without a name get what stands there as their command and no name. */
export function checksIn(text: string): Array<z.input<typeof check>> {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "")
    .map(checkIn);
}

function checkIn(line: string): z.input<typeof check> {
  const match = /^\s*([^:]*?)(?:\s*\((\d{1,5})\s*s\))?\s*:\s*(.*)$/.exec(line);
  if (match === null) return { name: "", command: line.trim() };
  const [, name = "", seconds, rest = ""] = match;
  return { name, command: commandIn(rest), ...(seconds === undefined ? {} : { timeoutSeconds: Number(seconds) }) };
}

function commandIn(text: string): string | string[] {
  if (!/^["[]/.test(text)) return text.trim();
  try {
    const read = check.shape.command.safeParse(JSON.parse(text));
    return read.success ? read.data : text.trim();
  } catch {
    return text.trim();
  }
}
