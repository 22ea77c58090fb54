import type { ConfigurationChange } from "./configuration.ts";

const shownLength = 200;

/** What changed, by whom and when, as the middle of a sentence. The time is UTC: pages show the viewer's own beside it. */
export function changeWords(change: ConfigurationChange): string {
  const what = change.kind === "image" ? "another image went live" : `${change.name} changed`;
  const by = change.by === null ? "" : ` by ${change.by}`;
  return change.at === null ? `${what}${by}` : `${what}${by} at ${change.at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A tester's words on one line, shortened, in quotation marks. */
export function quoted(words: string): string {
  const line = words.replaceAll(/\s+/g, " ").trim();
  return `“${line.length > shownLength ? `${line.slice(0, shownLength).trimEnd()}…` : line}”`;
}

/** What was said, as one word or two. */
export const verdictWords = {
  approve: "Approved",
  reject: "Rejected",
  not_testable: "Not testable",
} as const;

/** The same as what somebody did. */
export const didWords = {
  approve: "approved it",
  reject: "rejected it",
  not_testable: "could not test it",
} as const;
