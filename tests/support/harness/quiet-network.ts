import { readFile, writeFile } from "node:fs/promises";

/** How new network interfaces get their link-local address; 1 is "not at all". */
const setting = "/proc/sys/net/ipv6/conf/default/addr_gen_mode";
const none = "1";

/**
 * Every container brings an interface, and its link-local address looks to Chromium like a change of network, at which it
 * drops all connections (ERR_NETWORK_CHANGED). For the time of the tests, new interfaces get no such address. Gives what
 * puts the setting back; without the right to change it, nothing happens.
 */
export async function quietNetwork(): Promise<() => Promise<void>> {
  try {
    const before = (await readFile(setting, "utf8")).trim();
    if (before === none) return () => Promise.resolve();
    await writeFile(setting, none);
    return () => writeFile(setting, before);
  } catch {
    return () => Promise.resolve();
  }
}
