/** Commits as a note groups them. Pure. */

export interface NoteCommit {
  readonly commit: string;
  readonly subject: string;
  readonly author: string;
}

export interface NoteEntry {
  readonly commit: string;
  readonly author: string;
  /** The part of the product, where the subject names one. */
  readonly scope: string | null;
  readonly words: string;
}

export interface NoteGroup {
  readonly title: string;
  readonly entries: readonly NoteEntry[];
}

export interface Note {
  readonly groups: readonly NoteGroup[];
  readonly authors: readonly string[];
  /** Numbers of issues that subjects name, in order of appearance. */
  readonly issues: readonly number[];
}

/** Conventional Commits' types; what has none of them is "Other changes". */
const titles: ReadonlyArray<readonly [string, string]> = [
  ["breaking", "Breaking changes"],
  ["feat", "Features"],
  ["fix", "Fixes"],
  ["perf", "Faster"],
  ["docs", "Documentation"],
  ["other", "Other changes"],
];
const conventional = /^(?<type>[a-z]{2,12})(?:\((?<scope>[^()]{1,40})\))?(?<breaking>!)?: +(?<words>\S.*)$/i;
const issue = /(?:^|[^\p{L}\p{N}#&])#(?<number>\d{1,9})\b/gu;
const merge = /^Merge (?:branch|tag|remote-tracking branch|pull request) /;

/** Groups commits by what they are; merges say nothing of their own and are left out. */
export function composeNote(commits: readonly NoteCommit[]): Note {
  const groups = new Map<string, NoteEntry[]>();
  const telling = commits.filter(({ subject }) => !merge.test(subject));
  for (const { commit, subject, author } of telling) {
    const parts = conventional.exec(subject)?.groups;
    const type = parts?.["breaking"] === undefined ? (parts?.["type"]?.toLowerCase() ?? "other") : "breaking";
    const known = titles.some(([name]) => name === type) ? type : "other";
    const entry = { commit, author, scope: parts?.["scope"] ?? null, words: parts?.["words"] ?? subject };
    groups.set(known, [...(groups.get(known) ?? []), entry]);
  }
  const issues = commits.flatMap(({ subject }) => [...subject.matchAll(issue)].map((match) => Number(match.groups?.["number"])));
  return {
    groups: titles.flatMap(([name, title]) => {
      const entries = groups.get(name);
      return entries === undefined ? [] : [{ title, entries }];
    }),
    authors: [...new Set(telling.map(({ author }) => author))],
    issues: [...new Set(issues)],
  };
}

/** The note as Markdown, to be edited or taken elsewhere. */
export function noteText(title: string, { groups, authors, issues }: Note): string {
  const lines = [`# ${title}`];
  for (const group of groups) {
    lines.push("", `## ${group.title}`, "");
    for (const { scope, words, commit, author } of group.entries)
      lines.push(`- ${scope === null ? "" : `${scope}: `}${words} (${commit.slice(0, 7)}, ${author})`);
  }
  if (issues.length > 0) lines.push("", `Issues: ${issues.map((number) => `#${number}`).join(", ")}`);
  if (authors.length > 0) lines.push("", `By ${authors.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** Where a forge keeps an issue, from the repository's URL; null where that is not known. */
export function issueUrl(repositoryUrl: string | null, number: number): string | null {
  if (repositoryUrl === null || !URL.canParse(repositoryUrl)) return null;
  const { protocol, host, pathname } = new URL(repositoryUrl);
  if (protocol !== "https:" && protocol !== "http:") return null;
  const path = pathname.replace(/\.git$/, "").replace(/\/$/, "");
  return host.includes("gitlab") ? `${protocol}//${host}${path}/-/issues/${number}` : `${protocol}//${host}${path}/issues/${number}`;
}
