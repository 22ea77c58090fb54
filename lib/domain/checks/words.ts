interface Check {
  readonly name: string;
  readonly command: string | readonly string[];
  readonly timeoutSeconds: number;
}

/** Seconds a check may take where nobody says. */
export const checkTimeoutDefault = 600;

/**
 * Checks as people write them, one a line: `unit tests: npm test`, with another time limit `unit tests (90 s): npm test`. What does not fit
 * on a line, or is a list of words, is written as JSON: `smoke: ["node", "smoke.js"]`.
 */
export function linesOf(checks: readonly Check[]): string {
  return checks.map(lineOf).join("\n");
}

function lineOf({ name, command, timeoutSeconds }: Check): string {
  const plain = typeof command === "string" && !/[\r\n]/.test(command) && !/^["[]/.test(command);
  return `${name}${timeoutSeconds === checkTimeoutDefault ? "" : ` (${timeoutSeconds} s)`}: ${plain ? command : JSON.stringify(command)}`;
}
