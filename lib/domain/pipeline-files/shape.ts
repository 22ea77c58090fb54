import { type Document, isMap, isPair, isScalar, isSeq, visit } from "yaml";

/** What makes a YAML reader walk too deep, found before it is asked: its depth is the stack's, and the stack of a process is not endless. */
const depthAtMost = 60;
const indentAtMost = 200;
const marksAtMost = 50;
const lineAtMost = 8_192;
/** Names are compared each with each: thousands take a reader seconds. */
const [linesAtMost, valuesAtMost] = [3_000, 4_000];

export interface Shape {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * The first place where the text nests deeper than anybody means, or holds what no editor writes. Looks at characters only, so that brackets in
 * quotes count too: sixty more opened than closed are too many there as well.
 */
export function findHostileShape(text: string): Shape | null {
  const [lines, marks] = [text.split("\n").length, text.match(/[,:]/g)?.length ?? 0];
  if (lines > linesAtMost || marks > valuesAtMost) return { line: 1, column: 1, message: "This is more than anybody could mean." };
  let open = 0;
  let line = 1;
  let start = 0;
  for (let index = 0; index <= text.length; index += 1) {
    const sign = text[index];
    if (sign === "[" || sign === "{") open += 1;
    else if (sign === "]" || sign === "}") open = Math.max(0, open - 1);
    if (open > depthAtMost) return { line, column: index - start + 1, message: "This is nested too deep." };
    if (sign !== undefined && isControl(sign)) return { line, column: index - start + 1, message: "Leave out control characters." };
    if (sign !== "\n" && index < text.length) continue;
    const wrong = lineWrong(text.slice(start, index));
    if (wrong !== null) return { line, ...wrong };
    line += 1;
    start = index + 1;
  }
  return null;
}

function lineWrong(line: string): { column: number; message: string } | null {
  if (line.length > lineAtMost) return { column: lineAtMost, message: `This line is longer than ${lineAtMost} characters.` };
  const indent = line.length - line.trimStart().length;
  if (indent > indentAtMost) return { column: indentAtMost, message: "This is indented too far." };
  // `- - - -` and `? ? ?` nest without brackets.
  const marks = line.match(/(?<=^|[\t ])[-?:](?=[\t \r]|$)/g)?.length ?? 0;
  return marks > marksAtMost ? { column: 1, message: "This is nested too deep." } : null;
}

function isControl(sign: string): boolean {
  const code = sign.charCodeAt(0);
  return (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f;
}

/** What is YAML and no JSON, in a file that calls itself JSON. Null: it is JSON. */
export function findNoJson(document: Document.Parsed, text: string): { offset: number; message: string } | null {
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    JSON.parse(plain);
    return null;
  } catch (error) {
    const found = error instanceof Error ? /at position (\d+)/.exec(error.message) : null;
    if (found !== null)
      return {
        offset: Number(found[1]) + text.length - plain.length,
        message: "This is no JSON: a comma, colon or quote is out of place.",
      };
  }
  return firstUnquoted(document) ?? { offset: 0, message: "This is no JSON." };
}

function firstUnquoted(document: Document.Parsed): { offset: number; message: string } | null {
  let offset: number | null = null;
  visit(document, (key, node) => {
    if (isPair(node) || node === null || typeof node === "symbol") return;
    const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
    const isBare = isScalar(node) && node.type !== "QUOTE_DOUBLE" && (key === "key" || typeof node.value === "string");
    if (!isBlock && !isBare) return;
    offset = "range" in node && Array.isArray(node.range) ? Number(node.range[0]) : 0;
    return visit.BREAK;
  });
  return offset === null ? null : { offset, message: "This is no JSON: put text into double quotes, objects into braces." };
}
