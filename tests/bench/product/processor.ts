import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second. */
const tickMs = 10;

/** Processor time a process and its children that have ended took so far, in milliseconds; 0 when it is gone. */
export async function processorMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Behind the name, which may hold anything: user, system, children's user, children's system are the 12th to the 15th.
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15);
  return fields.reduce((sum, field) => sum + Number(field) * tickMs, 0);
}
