import { readFile } from "node:fs/promises";

/**
 * The networks this machine has routes to, as `address/bits`, the default route left out: those of other engines and of engines that were
 * killed stand in nobody's list of networks, and of two bridges with one subnet only one is reached. Empty where the kernel tells nothing.
 */
export async function routedSubnets(): Promise<string[]> {
  return subnetsIn(await readFile("/proc/net/route", "utf8").catch(() => ""));
}

/** The networks in the text of /proc/net/route: destination and mask are hexadecimal numbers, the lowest byte first. Pure. */
export function subnetsIn(text: string): string[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, destination = "", , , , , , mask = ""] = line.split("\t").map((field) => field.trim());
      if (!/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask)) return [];
      const bits = bytesOf(mask).reduce((sum, byte) => sum + onesIn(byte), 0);
      return bits === 0 ? [] : [`${bytesOf(destination).join(".")}/${bits}`];
    });
}

function bytesOf(hex: string): number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function onesIn(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
