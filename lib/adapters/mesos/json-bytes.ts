/**
 * Parses JSON whose strings are bytes rather than text. An agent puts a file's bytes between quotes as they are, and a piece of a file may
 * end inside a UTF-8 character; decoding as UTF-8 would lose those bytes and with them the count. In the result every character of a
 * string stands for one byte: `Buffer.from(text, "latin1")` gives them back. Throws SyntaxError.
 */
export function parseJsonBytes(body: Buffer): unknown {
  const plain = body.toString("latin1").replaceAll(/\\\\|(?:\\u[0-9a-fA-F]{4})+/g, (found) => (found === "\\\\" ? found : asBytes(found)));
  return JSON.parse(plain);
}

/** Escapes of characters beyond ASCII become the bytes of their UTF-8 form; the others stay escapes. */
function asBytes(escapes: string): string {
  const text = escapes.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Array.from(text)
    .map((character) => (character < "\u0080" ? escapeOf(character) : Buffer.from(character, "utf8").toString("latin1")))
    .join("");
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
