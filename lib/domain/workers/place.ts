import { readFile, readlink } from "node:fs/promises";

import { processStart } from "#lib/adapters/daemon/process-identity.ts";

/**
 * Which process on which machine a worker is, as one text: boot, name space of process ids, id and the moment it began. Empty where that
 * cannot be told (not Linux); then a silent heartbeat alone says that a worker is dead.
 */
export async function ownPlace(): Promise<string> {
  const machine = await machineName();
  const start = await processStart(process.pid);
  return machine === null || start === undefined ? "" : `${machine} ${process.pid} ${start}`;
}

/** Whether the process at `place` is certainly gone: it was one of this machine's, and none of that id and moment runs. */
export async function isGone(place: string): Promise<boolean> {
  const match = /^(\S+) (\d+) (\d+)$/.exec(place);
  if (match === null || match[1] !== (await machineName())) return false;
  return (await processStart(Number(match[2]))) !== match[3];
}

/** Containers on one machine count processes differently, so the name space of process ids belongs to the name. */
async function machineName(): Promise<string | null> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    return `${boot}/${await readlink("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}
