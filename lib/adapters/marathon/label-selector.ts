/** Marathon's `label=` query: all of these labels with exactly these values. */
export function labelSelector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${escaped(key)}==${escaped(value)}`)
    .join(",");
}

/** The same question, asked of the answer. */
export function matchesLabels(has: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => has[key] === value);
}

function escaped(text: string): string {
  return text.replaceAll(/[^-A-Za-z0-9_.]/g, (character) => `\\${character}`);
}
