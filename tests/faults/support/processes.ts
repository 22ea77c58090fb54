import { readdir, readFile } from "node:fs/promises";

/** Process ids on this machine whose command line contains `text`, containers' processes included. */
export async function processesWith(text: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => ((await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes(text) ? [Number(pid)] : [])),
  );
  return found.flat();
}

/** kill -9, or any other signal, of exactly this process. */
export function kill(pid: number | null, signal: NodeJS.Signals = "SIGKILL"): void {
  if (pid === null) throw new Error("There is no process to kill");
  process.kill(pid, signal);
}
