/**
 * Where the networks of tasks get their addresses: a range that is meant for tests of network devices and stands on no machine and in no
 * local network. The engine's own pools are few and others' too; an engine with its usual settings has thirty networks to give.
 */
const range = { first: toNumber("198.18.0.0"), bits: 15 };
/** Sixty-one tasks to a network. */
const subnetBits = 26;
const subnetSize = 2 ** (32 - subnetBits);
const subnetCount = 2 ** (subnetBits - range.bits);

interface Block {
  readonly first: number;
  readonly last: number;
}

/** Up to `most` subnets that overlap none of `taken`, beginning at a place that `seed` decides, so that two who choose at once rarely meet. */
export function freeSubnets(seed: string, taken: readonly string[], most: number): string[] {
  const blocks = taken.flatMap(blockOf);
  const start = placeOf(seed);
  const found: string[] = [];
  for (let step = 0; step < subnetCount && found.length < most; step += 1) {
    const first = range.first + ((start + step) % subnetCount) * subnetSize;
    const last = first + subnetSize - 1;
    if (!blocks.some((block) => block.first <= last && first <= block.last)) found.push(`${toText(first)}/${subnetBits}`);
  }
  return found;
}

function placeOf(seed: string): number {
  let hash = 7;
  for (const character of seed) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_647;
  return hash % subnetCount;
}

/** Nothing for what is no block of IPv4 addresses. */
function blockOf(cidr: string): Block[] {
  const [, address = "", bits = ""] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr) ?? [];
  if (address === "" || Number(bits) > 32) return [];
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(toNumber(address) / size) * size;
  return [{ first, last: first + size - 1 }];
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
