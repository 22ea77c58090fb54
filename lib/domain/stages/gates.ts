import type { RefKind } from "#lib/platform/database/client.ts";

interface StageRule {
  readonly refKind: RefKind | null;
  readonly refPattern: string;
}

/** Whether a stage takes a ref: `:default` is the default branch, `:other` every other branch, else a glob where `*` stands for any signs. */
export function stageTakes(stage: StageRule, ref: { kind: RefKind; name: string }, defaultBranch: string | null): boolean {
  if (stage.refKind !== ref.kind) return false;
  if (stage.refPattern === ":default") return ref.name === defaultBranch;
  if (stage.refPattern === ":other") return ref.name !== defaultBranch;
  return matchesGlob(stage.refPattern, ref.name);
}

/** Linear in both lengths: patterns and names are typed by people who may wish us ill. */
export function matchesGlob(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p;
      mark = t;
      p += 1;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

/** The rule in words, for pages. */
export function describeRule(stage: StageRule): string {
  if (stage.refKind === null) return "one release, by promotion";
  if (stage.refPattern === ":default") return "the default branch";
  if (stage.refPattern === ":other") return "every other branch";
  return `${stage.refKind === "tag" ? "tags" : "branches"} ${stage.refPattern}`;
}
