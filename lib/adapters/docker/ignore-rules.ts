import { BerthError } from "#lib/core/errors.ts";

/** Far beyond any real file; together with the linear matching below it bounds the time a hostile one can take. */
const maxRules = 1000;
const maxRuleLength = 4096;

/**
 * Whether a path (clean, relative, `/` between parts) is left out by this `.dockerignore`: patterns by Docker's rules, the last one that
 * matches the path or a folder above it decides. Throws `build_failed` for a file of more than 1000 rules.
 *
 * Not a library on purpose: those turn each pattern into a regular expression, and a repository may hold a pattern (`*a*a*a*a*a`) on which
 * matching takes hours and stops everything else in the process. This takes at most pattern × path steps.
 */
export function createIgnoreRules(text: string): (path: string) => boolean {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap(toRule);
  if (rules.length > maxRules) throw new BerthError("build_failed", { detail: `.dockerignore has more than ${maxRules} rules.` });
  return (path) => {
    let ignored = false;
    // A rule that could change nothing is not looked at.
    for (const rule of rules) if (rule.ignores !== ignored && rule.matches(path)) ignored = rule.ignores;
    return ignored;
  };
}

interface Rule {
  readonly ignores: boolean;
  readonly matches: (path: string) => boolean;
}

function toRule(line: string): Rule[] {
  if (line.startsWith("#") || line.length > maxRuleLength) return [];
  const text = line.trim();
  const ignores = !text.startsWith("!");
  const pattern = cleanPattern(ignores ? text : text.slice(1).trim());
  if (pattern === "") return [];
  const tokens = tokensOf(pattern);
  const literal = tokens.every((token) => token.kind === "character") ? tokens.map((token) => token.text).join("") : null;
  return [
    {
      ignores,
      matches: literal === null ? (path) => matchesTokens(tokens, path) : (path) => path === literal || path.startsWith(`${literal}/`),
    },
  ];
}

/** Go's filepath.Clean without the leading slash. Rules above the context match nothing. */
function cleanPattern(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!pattern.startsWith("/")) parts.push(part);
  }
  return parts.join("/");
}

type TokenKind =
  | "character"
  /** `?` and `[…]`: one character. */
  | "one"
  /** `*`: anything but a slash. */
  | "star"
  /** `**` at the end: anything. */
  | "all"
  /** `**` before something: no folder, or (second token) any folders with the slash behind them. */
  | "folders-or-none"
  | "folders";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly accepts: (character: string) => boolean;
}

const anything = () => true;
const notSlash = (character: string) => character !== "/";

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*" && characters[at + 1] === "*") {
      while (characters[at + 1] === "*") at++;
      if (characters[at + 1] === "/") at++;
      if (at + 1 >= characters.length) tokens.push({ kind: "all", text: "", accepts: anything });
      else tokens.push({ kind: "folders-or-none", text: "", accepts: anything }, { kind: "folders", text: "", accepts: anything });
    } else if (character === "*") {
      tokens.push({ kind: "star", text: "", accepts: notSlash });
    } else if (character === "?") {
      tokens.push({ kind: "one", text: "", accepts: notSlash });
    } else if (character === "[" && characters.indexOf("]", at + 2) !== -1) {
      const end = characters.indexOf("]", at + 2);
      tokens.push({ kind: "one", text: "", accepts: classOf(characters.slice(at + 1, end)) });
      at = end;
    } else {
      const literal = character === "\\" && at + 1 < characters.length ? (characters[++at] ?? "") : character;
      tokens.push({ kind: "character", text: literal, accepts: (other) => other === literal });
    }
  }
  return tokens;
}

function classOf(members: readonly string[]): (character: string) => boolean {
  const negated = members[0] === "^";
  const set = negated ? members.slice(1) : members;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < set.length; at++) {
    const low = set[at] ?? "";
    const isRange = set[at + 1] === "-" && at + 2 < set.length;
    ranges.push([low, isRange ? (set[at + 2] ?? "") : low]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([low, high]) => low <= character && character <= high) !== negated;
}

/** Walks all ways through the pattern at once: one set of places in it per character of the path. */
function matchesTokens(tokens: readonly Token[], path: string): boolean {
  let places = new Uint8Array(tokens.length + 1);
  enter(tokens, places, 0);
  for (const character of path) {
    // The whole pattern matches a folder above.
    if (character === "/" && places[tokens.length] === 1) return true;
    const next = new Uint8Array(tokens.length + 1);
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at];
      if (places[at] !== 1 || token === undefined || !token.accepts(character)) continue;
      if (token.kind === "star" || token.kind === "all") enter(tokens, next, at);
      else if (token.kind === "character" || token.kind === "one") enter(tokens, next, at + 1);
      else if (token.kind === "folders") {
        next[at] = 1;
        if (character === "/") enter(tokens, next, at + 1);
      }
    }
    places = next;
  }
  return places[tokens.length] === 1;
}

/** Marks a place, and those that can be reached from it without a character. */
function enter(tokens: readonly Token[], places: Uint8Array, at: number): void {
  for (let place = at; places[place] !== 1; place++) {
    places[place] = 1;
    const kind = tokens[place]?.kind;
    if (kind === "folders-or-none") places[place + 1] = 1;
    if (kind === "folders-or-none") place++;
    else if (kind !== "star" && kind !== "all") return;
  }
}
