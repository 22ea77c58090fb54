/**
 * Bytes as text of exactly as many bytes, so that a reader who counts bytes stays in step: what is no UTF-8 becomes question marks, one for
 * each byte. A character that is cut off at the end is left for the next piece.
 */
export function exactText(bytes: Buffer): string {
  const whole = bytes.subarray(0, bytes.length - cutTail(bytes));
  // Nothing but the beginning of a character: whoever asks for so little gets question marks.
  const readable = whole.length === 0 ? bytes : whole;
  const text = readable.toString("utf8");
  return text.includes("\uFFFD") ? byteByByte(readable) : text;
}

/** How many bytes at the end begin a character that is not complete. */
function cutTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function sequenceLength(first: number): number {
  if (first >= 0xf0 && first <= 0xf4) return 4;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xc2 && first < 0xe0 ? 2 : 1;
}

function byteByByte(bytes: Buffer): string {
  const parts: string[] = [];
  let position = 0;
  while (position < bytes.length) {
    const length = sequenceLength(bytes[position] ?? 0);
    const character = bytes.toString("utf8", position, position + length);
    if (Buffer.byteLength(character) === length && (!character.includes("\uFFFD") || isReplacement(bytes, position))) {
      parts.push(character);
      position += length;
    } else {
      parts.push("?");
      position += 1;
    }
  }
  return parts.join("");
}

/** A replacement character that the task itself wrote. */
function isReplacement(bytes: Buffer, position: number): boolean {
  return bytes[position] === 0xef && bytes[position + 1] === 0xbf && bytes[position + 2] === 0xbd;
}
