import { type ErrorCode, errorCatalogue } from "./error-catalogue.ts";

export type { ErrorCode } from "./error-catalogue.ts";

interface ErrorOptions {
  /** Particulars for people, safe to show: no secrets, no paths, no stack. */
  readonly detail?: string;
  /** The internal reason, for the log only. */
  readonly cause?: unknown;
  /** Messages by field, for forms. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Seconds after which a repeat makes sense. */
  readonly retryAfterSeconds?: number;
}

/** The only error that crosses a boundary in Berth: a code from the catalogue and text that may be shown. */
export class BerthError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly fields: Readonly<Record<string, string>> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    super(options.detail ?? errorCatalogue[code].title, { cause: options.cause });
    this.name = "BerthError";
    this.code = code;
    this.detail = options.detail;
    this.fields = options.fields;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get title(): string {
    return errorCatalogue[this.code].title;
  }

  get help(): string {
    return errorCatalogue[this.code].help;
  }
}

/** Whether `error` is a BerthError, with one of `codes` when any are given. */
export function isBerthError(error: unknown, ...codes: readonly ErrorCode[]): error is BerthError {
  return error instanceof BerthError && (codes.length === 0 || codes.includes(error.code));
}

/** Anything thrown, as text for a log line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : ` (${describeError(error.cause)})`;
  return `${error.message}${cause}`;
}
