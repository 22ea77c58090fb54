import { stripVTControlCharacters } from "node:util";

import { type ErrorCode, BerthError } from "#lib/core/errors.ts";

const connectionCodes = new Set([
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
const connectionTexts = /socket hang up|connect ECONN|aborted|Cannot connect to the Docker daemon/i;

/** Anything thrown while talking to the engine, as a BerthError: lost connections are `docker_unavailable`, a full disk `disk_full`, the rest `fallback`. */
export function engineError(error: unknown, fallback: ErrorCode = "docker_failed"): BerthError {
  if (error instanceof BerthError) return error;
  const text = engineText(error);
  if (isFullDisk(text)) return new BerthError("disk_full", { detail: text, cause: error });
  if (isLostConnection(error)) return new BerthError("docker_unavailable", { detail: reasonOf(error), cause: error });
  return new BerthError(fallback, { detail: text, cause: error });
}

/** The HTTP status the engine answered with, or null when it never answered. */
export function engineStatus(error: unknown): number | null {
  return isRecord(error) && typeof error["statusCode"] === "number" ? error["statusCode"] : null;
}

export function isFullDisk(text: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(text);
}

/** The engine's words fit to show: one line, no control characters, no transport prefix, at most `max` characters. */
export function cleanText(text: string, max = 600): string {
  const line = stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, " ")
    .trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}

function engineText(error: unknown): string {
  const json = isRecord(error) ? error["json"] : undefined;
  const told = isRecord(json) && typeof json["message"] === "string" ? json["message"] : undefined;
  const text = told ?? (error instanceof Error ? error.message : String(error));
  return cleanText(text.replace(/^\(HTTP code \d+\) [a-z ]+ - /i, ""));
}

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "AbortError" || error.name === "TimeoutError") return true;
  if ("code" in error && typeof error.code === "string" && connectionCodes.has(error.code)) return true;
  return engineStatus(error) === null && connectionTexts.test(error.message);
}

/** The errno alone: the message may hold a path of this machine. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")
    ? "It did not answer in time."
    : "The connection was lost.";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
