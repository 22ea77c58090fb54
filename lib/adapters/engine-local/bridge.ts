import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { z } from "zod";

const execute = promisify(execFile);

/**
 * Two engines on one machine would both hand out the addresses of `docker0`. When another dockerd runs, ours gets a
 * bridge of its own.
 */
export interface Bridge {
  readonly name: string;
  /** What dockerd needs to know. */
  readonly args: readonly string[];
  /** Removes the bridge if it was made for us. */
  remove(): Promise<void>;
}

const ownRange = Array.from({ length: 100 }, (_, position) => `10.213.${position}`);
const standard: Bridge = { name: "docker0", args: [], remove: () => Promise.resolve() };

/** The bridge for our engine, whose network interface is named after `key` when it cannot be docker0. */
export async function chooseBridge(key: string): Promise<Bridge> {
  const name = `berth-${key.slice(0, 8)}`;
  const addresses = await listAddresses();
  const remove = async () => {
    await execute("ip", ["link", "delete", "dev", name]).catch(() => undefined);
  };
  if (addresses.some((address) => address.name === name)) return { name, args: ["--bridge", name], remove };
  if (!(await otherDockerdRuns()) || addresses.length === 0) return standard;
  const prefix = ownRange.find((candidate) => !addresses.some((address) => address.local.startsWith(`${candidate}.`)));
  if (prefix === undefined) return standard;
  try {
    await execute("ip", ["link", "add", "name", name, "type", "bridge"]);
    await execute("ip", ["address", "add", `${prefix}.1/24`, "dev", name]);
    await execute("ip", ["link", "set", "dev", name, "up"]);
  } catch {
    await remove();
    return standard;
  }
  return { name, args: ["--bridge", name], remove };
}

const addressesSchema = z.array(
  z.object({ ifname: z.string(), addr_info: z.array(z.object({ local: z.string().default("") })).default([]) }),
);

/** Network interfaces with their addresses; none when `ip` is not installed. */
async function listAddresses(): Promise<{ name: string; local: string }[]> {
  try {
    const { stdout } = await execute("ip", ["-json", "address"]);
    return addressesSchema
      .parse(JSON.parse(stdout))
      .flatMap(({ ifname, addr_info }) =>
        addr_info[0] === undefined ? [{ name: ifname, local: "" }] : addr_info.map(({ local }) => ({ name: ifname, local })),
      );
  } catch {
    return [];
  }
}

async function otherDockerdRuns(): Promise<boolean> {
  const names = await Promise.all(
    (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map((pid) => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")),
  );
  return names.some((name) => name.trim() === "dockerd");
}
