/** The longest line that is kept; the rest of a longer one is counted and left out. */
export const maxLineLength = 8_192;

const escape = String.fromCharCode(27);
/** Colours (SGR) are kept for the viewer; everything else a terminal would obey is taken out. */
const otherSequences = new RegExp(
  `${escape}(?:\\[[0-9;:?]*[ -/]*(?!m)[@-~]|\\][^${String.fromCharCode(7)}${escape}]*(?:${String.fromCharCode(7)}|${escape}\\\\)?|[PX^_][^${escape}]*(?:${escape}\\\\)?|(?![\\[])[ -/]*[0-~])`,
  "g",
);
// oxlint-disable-next-line no-control-regex -- control characters are what this takes out
const controls = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f\u0080-\u009f]/g;

/** A line of somebody's output, safe to keep and to show: no cursor movement, no titles, no control characters, bounded. */
export function cleanLogLine(line: string): string {
  const cut = line.length > maxLineLength ? `${line.slice(0, maxLineLength)} … (${line.length - maxLineLength} more characters)` : line;
  // A progress bar rewrites its line with carriage returns: the last state is the one to keep.
  const last = cut.replace(/\r+$/, "");
  const shown = last.slice(last.lastIndexOf("\r") + 1);
  return shown.replaceAll(otherSequences, "").replaceAll(controls, "");
}
