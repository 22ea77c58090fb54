import type { TokenListItem } from "#lib/domain/access/queries.ts";

/** What a token may be used for: "Sample shop, Atlas · view, logs", "All projects · whatever you may". */
export function scopeWords({ projects, otherProjects, verbs }: Pick<TokenListItem, "projects" | "otherProjects" | "verbs">): string {
  return `${projectWords(projects, otherProjects)} · ${verbs === null ? "whatever you may" : verbs.join(", ")}`;
}

function projectWords(projects: TokenListItem["projects"], others: number): string {
  if (projects === null) return "All projects";
  const rest = others === 0 ? [] : [others === 1 ? "one you may not see" : `${others} you may not see`];
  return [...projects.map(({ name }) => name), ...rest].join(", ");
}
