import { z } from "zod";

import { checkTimeoutDefault } from "./words.ts";

const noControl = /^[^\p{Cc}]*$/u;

/** One command run in the built image before an environment of a stage starts with it. */
export const check = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "Give the check a name.")
    .max(60, "Use at most 60 characters.")
    .regex(noControl, "Leave out control characters."),
  /** A line for the image's /bin/sh, or the words of a command for images without a shell. */
  command: z.union(
    [
      z
        .string()
        .trim()
        .min(1, "Write the command.")
        .max(4_096, "Use at most 4096 characters.")
        // oxlint-disable-next-line no-control-regex -- the one that ends a C string
        .regex(/^[^\u0000]*$/, "Leave out the character NUL."),
      z
        .array(
          z
            .string()
            .max(1_024)
            .regex(/^[^\p{Cc}]*$/u, "Leave out control characters."),
        )
        .min(1, "Write the command.")
        .max(50, "Use at most 50 words."),
    ],
    "Write the command as text, or as a list of its words.",
  ),
  timeoutSeconds: z
    .number()
    .int()
    .min(1, "Give it at least a second.")
    .max(3_600, "A check may take an hour at most.")
    .default(checkTimeoutDefault),
});
export type Check = z.output<typeof check>;

export const checks = z
  .array(check)
  .max(10, "Use at most ten checks.")
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, "Each check needs a name of its own.");

/** What a column holds; what cannot be read counts as none. */
export function readChecks(stored: unknown): Check[] {
  const read = checks.safeParse(stored);
  return read.success ? read.data : [];
}

/** The words that are run. */
export function wordsOf(command: Check["command"]): string[] {
  return typeof command === "string" ? ["/bin/sh", "-c", command] : [...command];
}
