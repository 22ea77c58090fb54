import { MarathonFailure } from "../failures.ts";

type Selector = (labels: Readonly<Record<string, string>>) => boolean;

/**
 * Marathon's label selectors, comma-separated and all required: `a`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`. Every form, the
 * negative ones too, matches only apps that carry the label. Throws 422 when the text is none of them.
 */
export function parseLabelSelector(text: string): Selector {
  const parts = splitOutsideBrackets(text).map((part) => parseOne(part.trim(), text));
  return (labels) => parts.every((part) => part(labels));
}

function splitOutsideBrackets(text: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "\\") {
      parts[parts.length - 1] += character + text.charAt(index + 1);
      index += 1;
      continue;
    }
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

const word = String.raw`((?:[-A-Za-z0-9_.]|\\.)+)`;
const existence = new RegExp(`^${word}$`);
const equality = new RegExp(String.raw`^${word}\s*(==|!=)\s*${word}$`);
const membership = new RegExp(String.raw`^${word}\s+(in|notin)\s*\((.*)\)$`);

function parseOne(part: string, whole: string): Selector {
  const exists = existence.exec(part);
  if (exists !== null) {
    const key = unescapeWord(exists[1]);
    return (labels) => Object.hasOwn(labels, key);
  }
  const equal = equality.exec(part);
  if (equal !== null) return chosen(unescapeWord(equal[1]), [unescapeWord(equal[3])], equal[2] === "==");
  const member = membership.exec(part);
  if (member !== null) {
    const values = (member[3] ?? "").split(",").map((value) => value.trim());
    if (values.every((value) => existence.test(value)))
      return chosen(unescapeWord(member[1]), values.map(unescapeWord), member[2] === "in");
  }
  throw new MarathonFailure("illegal", `Can not parse label selector ${whole.slice(0, 200)}. Reason: unexpected text`);
}

function chosen(key: string, values: readonly string[], wanted: boolean): Selector {
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value !== undefined && values.includes(value) === wanted;
  };
}

function unescapeWord(text: string | undefined): string {
  return (text ?? "").replaceAll(/\\(.)/g, "$1");
}
