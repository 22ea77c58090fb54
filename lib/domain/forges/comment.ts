/** One line of the comment on a pull request. */
export interface CommentedEnvironment {
  readonly name: string;
  /** Its page on the dashboard. */
  readonly page: string;
  /** Where it answers. */
  readonly url: string;
  readonly commit: string;
  /** A deployment's status, or stopped or gone. */
  readonly state: string;
  readonly answers: boolean;
  /** approved, rejected, not_testable, void or none. */
  readonly verdict: string;
}

const words: Readonly<Record<string, string>> = {
  queued: "⏳ waiting",
  preparing: "⏳ building",
  deploying: "⏳ starting",
  verifying: "⏳ starting",
  live: "✅ live",
  failed: "❌ failed",
  cancelled: "cancelled",
  stopped: "💤 stopped",
  gone: "removed",
};
const verdicts: Readonly<Record<string, string>> = {
  approved: "✅ approved",
  rejected: "❌ rejected",
  not_testable: "not testable",
  void: "counts no more",
};

/** The comment, as Markdown with the hidden marker by which it is found again. Names of branches are anybody's text: nothing in them is markup. */
export function commentOf(marker: string, rows: readonly CommentedEnvironment[]): string {
  const lines = rows.map((row) => {
    const preview = row.answers ? `[${cell(hostOf(row.url))}](${row.url})` : "–";
    return `| [${cell(row.name)}](${row.page}) | ${words[row.state] ?? cell(row.state)} | ${preview} | \`${row.commit.slice(0, 12)}\` | ${verdicts[row.verdict] ?? "–"} |`;
  });
  return [
    marker,
    "**Berth**",
    "",
    "| Environment | State | Preview | Commit | Verdict |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function hostOf(url: string): string {
  return new URL(url).host;
}

/** Text in a cell: no markup, no mention of people, no end of the row. */
function cell(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "@\u200b")
    .replaceAll(/[\\`*_{}[\]()#+!|~-]/g, (character) => `\\${character}`)
    .replaceAll(/\s+/g, " ");
}
