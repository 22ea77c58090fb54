import { BerthError } from "#lib/core/errors.ts";

export interface RefName {
  readonly kind: "branch" | "tag";
  /** Whole, with its slashes: `feature/x`. */
  readonly name: string;
  /** `refs/heads/…` or `refs/tags/…`. */
  readonly fullName: string;
}

const maxNameLength = 255;

/** A branch or tag by its full name, or null when it is neither or git itself would refuse the name. A leading dash is refused too. */
export function parseFullRef(fullName: string): RefName | null {
  const match = /^refs\/(heads|tags)\/(.+)$/su.exec(fullName);
  if (match === null) return null;
  const name = match[2] ?? "";
  return isSafeName(name) ? { kind: match[1] === "heads" ? "branch" : "tag", name, fullName } : null;
}

/** As `parseFullRef`, throwing BerthError `invalid_input`. */
export function requireFullRef(fullName: string): RefName {
  const ref = parseFullRef(fullName);
  if (ref === null) throw new BerthError("invalid_input", { detail: "That is not the full name of a branch or tag." });
  return ref;
}

/** The head of a pull request (GitHub, Gitea, Gogs) or merge request (GitLab) by its full name, or null. */
export function parsePullRef(fullName: string): { readonly number: number } | null {
  const match = /^refs\/(?:pull|merge-requests)\/([1-9]\d{0,8})\/head$/.exec(fullName);
  return match === null ? null : { number: Number(match[1]) };
}

/** The full name of a ref whose commits may be fetched: a branch, a tag or the head of a pull request. Throws BerthError `invalid_input`. */
export function requireFetchableRef(fullName: string): string {
  return parsePullRef(fullName) === null ? requireFullRef(fullName).fullName : fullName;
}

/** The rules of git-check-ref-format for everything after `refs/heads/`, with ours: no leading dash, valid Unicode, at most 255 characters. */
function isSafeName(name: string): boolean {
  if (name.length > maxNameLength || name.startsWith("-") || name === "@" || name === "HEAD") return false;
  if (/[\p{Cc}\p{Cs}\u2028\u2029\ufffd ~^:?*[\\]/u.test(name) || name.includes("..") || name.includes("@{") || name.endsWith("."))
    return false;
  return name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** Whether `text` is a full commit id: 40 or 64 lower-case hexadecimal digits. */
export function isCommitId(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}

/** `text`, or BerthError `invalid_input` when it is not a full commit id. */
export function requireCommitId(text: string): string {
  if (!isCommitId(text))
    throw new BerthError("invalid_input", { detail: "A commit is named by its full id of 40 or 64 hexadecimal digits." });
  return text;
}
