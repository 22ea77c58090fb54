/** How a call to the engine failed: it was not there, it has no such thing, there is one already, or it refused. */
export type EngineFailureKind = "unavailable" | "notFound" | "conflict" | "refused";

export class EngineFailure extends Error {
  readonly kind: EngineFailureKind;

  constructor(kind: EngineFailureKind, message: string, cause: unknown) {
    super(message, { cause });
    this.name = "EngineFailure";
    this.kind = kind;
  }
}

const lostCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EACCES",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Anything thrown by a call to the engine, as an EngineFailure with text fit for people. */
export function engineFailure(error: unknown): EngineFailure {
  if (error instanceof EngineFailure) return error;
  const status = statusOf(error);
  const message = textOf(error);
  if (status === 404) return new EngineFailure("notFound", message, error);
  if (status === 409) return new EngineFailure("conflict", message, error);
  return new EngineFailure(status === null && isLost(error) ? "unavailable" : "refused", message, error);
}

export function isEngineFailure(error: unknown, kind: EngineFailureKind): error is EngineFailure {
  return error instanceof EngineFailure && error.kind === kind;
}

function statusOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return null;
  return typeof error.statusCode === "number" ? error.statusCode : null;
}

function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "AbortError" || error.name === "TimeoutError") return true;
  if ("code" in error && typeof error.code === "string" && lostCodes.has(error.code)) return true;
  return /socket hang up|aborted/i.test(error.message);
}

/** One line, without the client's prefix and control characters. */
function textOf(error: unknown): string {
  const json = typeof error === "object" && error !== null && "json" in error ? error.json : undefined;
  const told =
    typeof json === "object" && json !== null && "message" in json && typeof json.message === "string" ? json.message : undefined;
  const text = told ?? (error instanceof Error ? error.message : String(error));
  return text
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 600);
}
