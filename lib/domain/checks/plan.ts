import { createHash } from "node:crypto";

import { type Check, wordsOf } from "./schema.ts";

export interface PlannedCheck {
  readonly key: string;
  readonly name: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
}

/** Each check once. Pure. */
export function planOf(checks: readonly Check[]): PlannedCheck[] {
  const planned = checks.map(({ name, command, timeoutSeconds }) => {
    const words = wordsOf(command);
    return { key: keyOf(name, words, timeoutSeconds), name, command: words, timeoutSeconds };
  });
  return [...new Map(planned.map((check) => [check.key, check])).values()];
}

function keyOf(name: string, command: readonly string[], timeoutSeconds: number): string {
  return createHash("sha256")
    .update(JSON.stringify([name, command, timeoutSeconds]))
    .digest("hex")
    .slice(0, 16);
}
