import { type Document, LineCounter, isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { z } from "zod";

import { type PipelineFile, decidedElsewhere, pipelineFile, pipelineFileMaxBytes } from "./schema.ts";
import { findHostileShape, findNoJson } from "./shape.ts";

/** Where and why a file is wrong. Lines and columns count from 1. */
export interface FileError {
  readonly line: number;
  readonly column: number;
  /** Dotted, e.g. `checks.0.command`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export interface ReadFile {
  /** Null where there are errors. */
  readonly parsed: PipelineFile | null;
  readonly errors: readonly FileError[];
}

const errorsAtMost = 20;
const refused = (errors: readonly FileError[]): ReadFile => ({ parsed: null, errors: errors.slice(0, errorsAtMost) });
const whole = (message: string, line = 1, column = 1): ReadFile => refused([{ line, column, path: "", message }]);

/** Reads berth.json, .yml or .yaml. Never throws, whatever the bytes are; its time and memory are bounded by its size. */
export function parsePipelineFile(name: string, bytes: Uint8Array): ReadFile {
  if (bytes.length > pipelineFileMaxBytes) return whole(`The file is larger than ${pipelineFileMaxBytes / 1024} kB.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return whole("The file is not UTF-8 text.");
  }
  const shape = findHostileShape(text);
  if (shape !== null) return whole(shape.message, shape.line, shape.column);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, merge: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = [...document.errors, ...document.warnings].map((error) => ({
    ...place(error.pos[0]),
    path: "",
    message: wordsFor(error.message),
  }));
  if (broken.length > 0) return refused(broken);
  const foreign = name.endsWith(".json") ? findNoJson(document, text) : null;
  if (foreign !== null) return whole(foreign.message, place(foreign.offset).line, place(foreign.offset).column);
  const alias = findAlias(document);
  if (alias !== null) return whole("Anchors and aliases are not taken: write it out.", place(alias).line, place(alias).column);
  if (!isMap(document.contents)) return whole("The file holds an object: names with values.");
  return validate(document, place);
}

/** A sentence without what belongs to the library's users. */
function wordsFor(message: string): string {
  const [first = message] = message.split("; please use");
  return `${first.replace(/\.$/, "")}.`;
}

function findAlias(document: Document.Parsed): number | null {
  let found: number | null = null;
  visit(document, (_key, node) => {
    if (!isAlias(node) && !(isNode(node) && "anchor" in node && node.anchor !== undefined)) return;
    found = node.range?.[0] ?? 0;
    return visit.BREAK;
  });
  return found;
}

function validate(document: Document.Parsed, place: (offset: number) => { line: number; column: number }): ReadFile {
  const read = pipelineFile.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (read.success) return { parsed: read.data, errors: [] };
  const said = read.error.issues
    .flatMap(unfold)
    .flatMap(sayings)
    .slice(0, errorsAtMost * 2);
  const errors = said.map(({ path, message }) => ({ ...place(offsetOf(document, path)), path: path.join("."), message }));
  return refused(errors.toSorted((one, other) => one.line - other.line || one.column - other.column));
}

type Issue = z.core.$ZodIssue;

/** Of the ways a value could have been meant, the one that is nearest to right says what is wrong. */
function unfold(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const deepest = issue.errors.toSorted((one, other) => depth(other) - depth(one))[0] ?? [];
  if (depth(deepest) === 0) return [issue];
  return deepest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const depth = (issues: readonly Issue[]) =>
  Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "invalid_type" ? 0 : 1)));

function sayings(issue: Issue): Array<{ path: readonly PropertyKey[]; message: string }> {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: sentence(issue.message) }];
  return issue.keys.map((key) => {
    const elsewhere = Object.hasOwn(decidedElsewhere, key) ? decidedElsewhere[key] : undefined;
    return { path: [...issue.path, key], message: elsewhere ?? `There is no setting called ${shortened(key)}.` };
  });
}

function sentence(text: string): string {
  const message = text.replace(/^Invalid input: e/, "E");
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Where the value of a path stands; where it is missing, where its parent stands. A key that should not be there is pointed at itself. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair: unknown = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!isPair(pair)) return offset;
      const key = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      offset = key ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
    } else return offset;
  }
  return offset;
}
