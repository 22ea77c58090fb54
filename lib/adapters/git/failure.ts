import { BerthError, type ErrorCode } from "#lib/core/errors.ts";

/** How a git process ended badly; the `cause` of the BerthError the runner throws. */
export class GitExit extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(exitCode: number | null, stderr: string) {
    super(`git ended with ${exitCode === null ? "a signal" : `code ${exitCode}`}: ${stderr.slice(-2_000)}`);
    this.name = "GitExit";
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Read from top to bottom; the first pattern that matches decides. Git speaks English to us (LC_ALL=C). */
const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/No space left on device|Disk quota exceeded/, "disk_full"],
  [
    /transport '[^']*' not allowed|credentials in (?:the )?URL|uses plaintext credentials|strange (?:hostname|pathname|port)/i,
    "git_url_invalid",
  ],
  [/returned error: 30\d|url base from redirection|unable to follow redirect/i, "git_redirected"],
  [/returned error: 40[13]\b|Authentication failed|could not read (?:Username|Password)|terminal prompts disabled/i, "git_auth_required"],
  [
    /Permission denied \((?:publickey|password|keyboard|gssapi|none)|Permission denied, please try again|Too many authentication failures|Load key "/,
    "git_auth_required",
  ],
  [
    /repository '[^']*' not found|returned error: 4(?:04|10)\b|Repository not found|does not appear to be a git repository|not valid: is this a git repository|not a git repository|does not exist/i,
    "git_not_found",
  ],
  [
    /couldn't find remote ref|not our ref|unadvertised object|[Nn]ot a valid (?:object|commit)|no commits selected|error processing shallow info|bad object|unknown revision|not a tree object|ambiguous argument|missing (?:tree|blob|commit)/,
    "source_gone",
  ],
  [/Operation too slow/, "git_timed_out"],
  [
    /resolve host|Failed to connect|Couldn't connect|Connection (?:refused|reset|closed|timed out)|Operation timed out|unreachable|No route to host|SSL|TLS|certificate|returned error: (?:429|5\d\d)|Empty reply|transfer closed|Received HTTP|early EOF|hung up|unexpected disconnect|RPC failed|Could not read from remote|Host key verification failed|unable to access|protocol error/i,
    "git_unreachable",
  ],
];

/** The BerthError for a git process that ended with `exit`; `hidden` are texts (folders) that may not be shown. */
export function gitFailure(exit: GitExit, hidden: readonly string[]): BerthError {
  const code = meanings.find(([pattern]) => pattern.test(exit.stderr))?.[1] ?? "git_failed";
  const detail = presentableMessage(exit.stderr, hidden);
  return new BerthError(code, { ...(detail === "" ? {} : { detail }), cause: exit });
}

/** The exit code behind an error of the runner, or null. */
export function exitCodeOf(error: unknown): number | null {
  return error instanceof BerthError && error.cause instanceof GitExit ? error.cause.exitCode : null;
}

/** What git wrote before it failed, or "". */
export function stderrOf(error: unknown): string {
  return error instanceof BerthError && error.cause instanceof GitExit ? error.cause.stderr : "";
}

/** The telling lines of git's own words: no credentials, no control characters, none of our folders, at most 300 characters. */
export function presentableMessage(stderr: string, hidden: readonly string[]): string {
  let text = stderr;
  for (const secret of hidden) if (secret !== "") text = text.replaceAll(secret, "the repository");
  const lines = text.split(/[\r\n]+/).map((line) => cleanText(line).trim());
  const telling = lines.filter((line) => /^(?:fatal|error|remote|ssh|ERROR)\b/.test(line));
  const chosen = (telling.length > 0 ? telling : lines).filter((line) => line !== "");
  return clip(
    chosen
      .slice(-3)
      .join(" ")
      .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@'"]*@/gi, "$1")
      .replace(/(authorization:?\s*)(?:(?:basic|bearer)\s+)?\S+/gi, "$1…"),
    300,
  );
}

/** `text` without control, invisible and direction-changing characters, and without halves of characters. */
export function cleanText(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd").replace(/[\p{Cc}\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu, " ");
}

/** At most `length` characters, never half of one. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
