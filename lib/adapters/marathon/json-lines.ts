import type { JsonPath } from "./remainder.ts";

/** Where the text stops being JSON. Lines and columns count from 1. */
export class JsonTextError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(text: string, at: number, expected: string) {
    const { line, column } = placeOf(text, at);
    super(`Line ${line}, column ${column}: ${expected}`);
    this.name = "JsonTextError";
    this.line = line;
    this.column = column;
  }
}

export interface LocatedJson {
  readonly value: unknown;
  /** The line where the value at `path` begins; that of the nearest thing around it when it is not there. */
  lineOf(path: JsonPath): number;
}

const deepest = 100;

/** Parses JSON and remembers on which line everything is, for problems that people can find. Throws JsonTextError. */
export function readJsonWithLines(text: string): LocatedJson {
  const places = new Map<string, number>();
  const cursor: Cursor = { text, at: 0, places };
  const value = readValue(cursor, []);
  skipSpace(cursor);
  if (cursor.at < text.length) throw new JsonTextError(text, cursor.at, "nothing may follow the JSON.");
  return {
    value,
    lineOf(path) {
      for (let length = path.length; length >= 0; length--) {
        const at = places.get(keyOf(path.slice(0, length)));
        if (at !== undefined) return placeOf(text, at).line;
      }
      return 1;
    },
  };
}

interface Cursor {
  readonly text: string;
  at: number;
  readonly places: Map<string, number>;
}

function readValue(cursor: Cursor, path: JsonPath): unknown {
  skipSpace(cursor);
  if (path.length > deepest) throw new JsonTextError(cursor.text, cursor.at, "this is nested too deeply.");
  const key = keyOf(path);
  if (!cursor.places.has(key)) cursor.places.set(key, cursor.at);
  const first = cursor.text[cursor.at];
  if (first === "{") return readObject(cursor, path);
  if (first === "[") return readArray(cursor, path);
  if (first === '"') return readString(cursor);
  return readWord(cursor);
}

function readObject(cursor: Cursor, path: JsonPath): unknown {
  cursor.at++;
  const entries = new Map<string, unknown>();
  if (isNext(cursor, "}")) return {};
  do {
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== '"') throw new JsonTextError(cursor.text, cursor.at, "a name in double quotes is missing.");
    const at = cursor.at;
    const name = readString(cursor);
    if (entries.has(name)) throw new JsonTextError(cursor.text, at, `"${name.slice(0, 100)}" is there twice.`);
    if (!isNext(cursor, ":")) throw new JsonTextError(cursor.text, cursor.at, "a colon is missing.");
    const inside = [...path, name];
    cursor.places.set(keyOf(inside), at);
    entries.set(name, readValue(cursor, inside));
  } while (isNext(cursor, ","));
  if (!isNext(cursor, "}")) throw new JsonTextError(cursor.text, cursor.at, "a comma or a closing brace is missing.");
  return Object.fromEntries(entries);
}

function readArray(cursor: Cursor, path: JsonPath): unknown {
  cursor.at++;
  const items: unknown[] = [];
  if (isNext(cursor, "]")) return items;
  do items.push(readValue(cursor, [...path, items.length]));
  while (isNext(cursor, ","));
  if (!isNext(cursor, "]")) throw new JsonTextError(cursor.text, cursor.at, "a comma or a closing bracket is missing.");
  return items;
}

function readString(cursor: Cursor): string {
  const found = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
  found.lastIndex = cursor.at;
  const text = found.exec(cursor.text)?.[0];
  if (text === undefined || Array.from(text).some((character) => character < " "))
    throw new JsonTextError(cursor.text, cursor.at, "this text has no end, or a character in it has to be escaped.");
  cursor.at += text.length;
  return String(JSON.parse(text));
}

function readWord(cursor: Cursor): unknown {
  const found = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
  found.lastIndex = cursor.at;
  const text = found.exec(cursor.text)?.[0];
  if (text === undefined || text === "") throw new JsonTextError(cursor.text, cursor.at, "a value is missing.");
  cursor.at += text.length;
  return JSON.parse(text);
}

function isNext(cursor: Cursor, character: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

function skipSpace(cursor: Cursor): void {
  while (/[ \t\r\n]/.test(cursor.text[cursor.at] ?? "")) cursor.at++;
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}

function keyOf(path: JsonPath): string {
  return JSON.stringify(path);
}
