import { BerthError } from "#lib/core/errors.ts";

const maxLength = 512;

/**
 * A path inside a repository, normalised: no leading or trailing slash, no empty or `.` parts, `.` for the root.
 * Throws BerthError `invalid_input` for `..`, absolute paths, control characters and more than 512 characters.
 */
export function parseRepositoryPath(text: string): string {
  if (text.length > maxLength) throw invalid(`A path has at most ${maxLength} characters.`);
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) throw invalid("A path cannot contain control characters.");
  if (text.startsWith("/")) throw invalid("The path is relative to the root of the repository; leave out the leading slash.");
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw invalid("The path cannot leave the repository.");
  return parts.length === 0 ? "." : parts.join("/");
}

function invalid(detail: string): BerthError {
  return new BerthError("invalid_input", { detail });
}
