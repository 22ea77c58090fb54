/** How a stretch of text is to be shown. `color` is an index of the palette (0–15) or a CSS colour. */
export interface LogStyle {
  readonly color: number | string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly marked: boolean;
}

export interface LogSpan {
  readonly text: string;
  readonly style: LogStyle;
}

export interface ParsedLine {
  /** The text without any escape sequence. */
  readonly text: string;
  /** Null when the whole line is plain. */
  readonly spans: readonly LogSpan[] | null;
  /** The style the next line starts with. */
  readonly end: LogStyle;
}

export const plain: LogStyle = { color: null, bold: false, dim: false, italic: false, underline: false, marked: false };

const ESCAPE = "\u001b";
const MAX_PARAMETERS = 32;

/**
 * One line of terminal output as text and styles. Colours and weights are kept; every other escape sequence and control character is
 * dropped. Linear in the length of the line, whatever is in it.
 */
export function parseLine(raw: string, start: LogStyle): ParsedLine {
  if (start === plain && !hasControl(raw)) return { text: raw, spans: null, end: plain };

  const spans: LogSpan[] = [];
  let style = start;
  let at = 0;
  while (at < raw.length) {
    const next = raw.indexOf(ESCAPE, at);
    const stop = next === -1 ? raw.length : next;
    if (stop > at) push(spans, withoutControls(raw.slice(at, stop)), style);
    if (next === -1) break;
    const sequence = readSequence(raw, next);
    if (sequence.graphics !== null) style = applyGraphics(style, sequence.graphics);
    at = sequence.end;
  }
  const text = spans.map((span) => span.text).join("");
  const allPlain = spans.every((span) => span.style === plain);
  return { text, spans: allPlain ? null : spans, end: style };
}

function push(spans: LogSpan[], text: string, style: LogStyle): void {
  if (text !== "") spans.push({ text, style });
}

/** The escape sequence that starts at `at`: where it ends, and its parameters when it sets colours. */
function readSequence(raw: string, at: number): { end: number; graphics: string | null } {
  const kind = raw[at + 1];
  if (kind === "[") return readControlSequence(raw, at + 2);
  // Titles, links and device strings: up to BEL or ESC \.
  if (kind === "]" || kind === "P" || kind === "X" || kind === "^" || kind === "_") {
    for (let i = at + 2; i < raw.length; i += 1) {
      if (raw[i] === "\u0007") return { end: i + 1, graphics: null };
      if (raw[i] === ESCAPE) return { end: raw[i + 1] === "\\" ? i + 2 : i, graphics: null };
    }
    return { end: raw.length, graphics: null };
  }
  // Intermediate signs and one final one, such as ESC ( B.
  let i = at + 1;
  while (i < raw.length && isBetween(raw, i, 0x20, 0x2f)) i += 1;
  return { end: Math.min(raw.length, i + 1), graphics: null };
}

function readControlSequence(raw: string, from: number): { end: number; graphics: string | null } {
  let i = from;
  while (i < raw.length && isBetween(raw, i, 0x20, 0x3f)) i += 1;
  if (i >= raw.length) return { end: raw.length, graphics: null };
  // A sign outside the alphabet ends a broken sequence and stays in the text.
  if (!isBetween(raw, i, 0x40, 0x7e)) return { end: i, graphics: null };
  return { end: i + 1, graphics: raw[i] === "m" ? raw.slice(from, i) : null };
}

function isBetween(raw: string, at: number, low: number, high: number): boolean {
  const code = raw.charCodeAt(at);
  return code >= low && code <= high;
}

function applyGraphics(before: LogStyle, parameters: string): LogStyle {
  const codes = parameters.split(/[;:]/u, MAX_PARAMETERS).map((part) => (part === "" ? 0 : Number(part)));
  let style = before;
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const extended = extendedColor(codes, i + 1);
      if (code === 38 && extended.color !== null) style = { ...style, color: extended.color };
      if (code === 48 && extended.color !== null) style = { ...style, marked: true };
      i += extended.used;
    } else style = applyCode(style, code);
  }
  return same(style, plain) ? plain : style;
}

function applyCode(style: LogStyle, code: number): LogStyle {
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 90 + 8 };
  if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) return { ...style, marked: true };
  switch (code) {
    case 0:
      return plain;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, dim: true };
    case 3:
      return { ...style, italic: true };
    case 4:
      return { ...style, underline: true };
    case 7:
      return { ...style, marked: true };
    case 22:
      return { ...style, bold: false, dim: false };
    case 23:
      return { ...style, italic: false };
    case 24:
      return { ...style, underline: false };
    case 27:
    case 49:
      return { ...style, marked: false };
    case 39:
      return { ...style, color: null };
    default:
      return style;
  }
}

/** `5;n` (256 colours) or `2;r;g;b`, read from `at`. */
function extendedColor(codes: readonly number[], at: number): { color: number | string | null; used: number } {
  if (codes[at] === 5) return { color: indexedColor(codes[at + 1]), used: 2 };
  if (codes[at] === 2) return { color: rgb(codes[at + 1], codes[at + 2], codes[at + 3]), used: 4 };
  return { color: null, used: codes.length };
}

function indexedColor(index: number | undefined): number | string | null {
  if (index === undefined || !Number.isInteger(index) || index < 0 || index > 255) return null;
  if (index < 16) return index;
  if (index >= 232) return rgb(8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10);
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function rgb(...parts: readonly (number | undefined)[]): string | null {
  if (parts.length !== 3 || !parts.every((part) => part !== undefined && Number.isInteger(part) && part >= 0 && part <= 255)) return null;
  return `rgb(${parts.join(" ")})`;
}

function same(a: LogStyle, b: LogStyle): boolean {
  return (
    a.color === b.color &&
    a.bold === b.bold &&
    a.dim === b.dim &&
    a.italic === b.italic &&
    a.underline === b.underline &&
    a.marked === b.marked
  );
}

// Control characters except the tab, and the signs that turn the direction of what follows.
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const everyControl = new RegExp(controls.source, "gu");

function hasControl(raw: string): boolean {
  return controls.test(raw);
}

function withoutControls(text: string): string {
  return text.replaceAll(everyControl, "");
}
