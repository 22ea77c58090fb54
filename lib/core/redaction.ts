/** Shorter values are everywhere in a log by chance; hiding them would hide the log. */
const shortestSecret = 4;
const mask = "••••••";

/**
 * A function that hides secrets in a line of text: as they are, URL-encoded, and in the three ways base64 can hold them
 * inside a longer text. A secret of several lines is hidden line by line.
 */
export function createRedactor(secrets: readonly string[]): (line: string) => string {
  const needles = new Set<string>();
  for (const secret of secrets.flatMap((value) => value.split(/\r?\n/))) {
    if (secret.length < shortestSecret) continue;
    needles.add(secret);
    needles.add(encodeURIComponent(secret));
    for (const form of base64Forms(secret)) needles.add(form);
  }
  const longestFirst = [...needles].toSorted((one, other) => other.length - one.length);
  if (longestFirst.length === 0) return (line) => line;
  return (line) => longestFirst.reduce((text, needle) => text.replaceAll(needle, mask), line);
}

/** The parts of base64 that do not depend on what stands before and after the secret, for each of the three alignments. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replaceAll("=", "");
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const stable = encoded.slice(start, end);
    return stable.length >= 6 ? [stable] : [];
  });
}
