/** At most eleven labels, one optional trailing dot, one optional port: anything else names no environment. */
const shape = /^([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10})\.?(?::[0-9]{1,5})?$/i;

/**
 * The name to look up for a Host header: lower case, without port and trailing dot, exactly one label before
 * `suffix` (the base host with a leading dot, lower case). Null when the header cannot name an environment.
 */
export function environmentHost(header: string, suffix: string): string | null {
  if (header.length > 300) return null;
  const name = shape.exec(header)?.[1]?.toLowerCase();
  if (name === undefined || !name.endsWith(suffix)) return null;
  return name.indexOf(".") === name.length - suffix.length ? name : null;
}

/** The value of the only Host header in Node's flat list of names and values; null when there is none or more than one. */
export function onlyHost(rawHeaders: readonly string[]): string | null {
  let host: string | null = null;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length !== 4 || (name !== "Host" && name.toLowerCase() !== "host")) continue;
    if (host !== null) return null;
    host = rawHeaders[at + 1] ?? "";
  }
  return host;
}
