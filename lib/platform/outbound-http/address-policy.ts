import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv4 } from "node:net";

import { HttpError } from "./http-error.ts";

/** Looks a host name up: every address it has. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveBySystem: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map((entry) => entry.address);

const internal4 = blockList("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
]);

/** Inside the global block yet not the public internet: transition addresses carry an IPv4 address of anybody's choice. */
const internal6 = blockList("ipv6", [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);
const global6 = blockList("ipv6", [["2000::", 3]]);

/** Link-local and cloud metadata: no list of allowed hosts opens these. */
const never4 = blockList("ipv4", [["169.254.0.0", 16]]);
const never6 = blockList("ipv6", [
  ["fe80::", 10],
  ["fd00:ec2::254", 128],
]);

/** Whether `address` (an IP literal without brackets) is on the public internet. */
export function isPublicAddress(address: string): boolean {
  const plain = withoutZone(address);
  if (isIPv4(plain)) return !internal4.check(plain, "ipv4");
  return isIP(plain) === 6 && global6.check(plain, "ipv6") && !internal6.check(plain, "ipv6");
}

/** Whether `address` is link-local or a metadata service, in any notation. */
export function isNeverAllowed(address: string): boolean {
  const plain = withoutZone(address);
  if (isIPv4(plain)) return never4.check(plain, "ipv4");
  if (isIP(plain) !== 6) return true;
  const embedded = embeddedIPv4(plain);
  return never6.check(plain, "ipv6") || (embedded !== null && never4.check(embedded, "ipv4"));
}

/**
 * The one address to connect to for a URL somebody typed: looked up once, refused when any address of the name is not public (unless the
 * exact `host:port` is in `allowedHosts`), then pinned. Throws HttpError `forbidden`, always in the same words, or `dns`.
 */
export async function pinAddress(
  url: URL,
  options: { readonly allowedHosts: readonly string[]; readonly resolve: Resolve },
): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const allowed = options.allowedHosts.includes(hostAndPort(url));
  // Whatever the resolver makes of it, this name means this machine.
  if (!allowed && /(?:^|\.)localhost\.?$/.test(host)) throw notAllowed(url.origin);
  const addresses = isIP(host) === 0 ? await options.resolve(host) : [host];
  const first = addresses[0];
  if (first === undefined) throw new HttpError("dns", `${url.origin}: no such host`);
  if (addresses.some((address) => isNeverAllowed(address) || !(allowed || isPublicAddress(address)))) throw notAllowed(url.origin);
  return first;
}

/** `host:port` with the port always there, the form of the list of allowed hosts. */
export function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port}`;
}

export function notAllowed(origin: string): HttpError {
  return new HttpError("forbidden", `${origin}: this address is not allowed`);
}

/** The IPv4 address inside a mapped (`::ffff:…`) or NAT64 (`64:ff9b::…`) one, or null. */
function embeddedIPv4(address: string): string | null {
  const normal = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(normal);
  if (!match) return null;
  const high = Number.parseInt(match[1] ?? "", 16);
  const low = Number.parseInt(match[2] ?? "", 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function withoutZone(address: string): string {
  return address.split("%")[0] ?? address;
}

function blockList(family: "ipv4" | "ipv6", ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}
