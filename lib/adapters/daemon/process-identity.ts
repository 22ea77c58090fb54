import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

/**
 * What tells one process from a later one with the same id: when it started. Undefined when no such process runs (one
 * that ended and waits for its parent counts as ended). Linux answers from /proc, others through `ps`.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform !== "linux") return (await ps(pid, "lstart=")) || undefined;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name in brackets may hold spaces and brackets itself; state is the first field behind it, start time the 20th.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

/** The command line of a running process, its arguments separated by spaces; empty when it is gone. */
export async function processCommand(pid: number): Promise<string> {
  if (process.platform !== "linux") return ps(pid, "args=");
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.replaceAll("\0", " ").trim();
}

/** Whether a process with this id exists, whoever owns it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function ps(pid: number, column: string): Promise<string> {
  return new Promise((resolve) => {
    execFile("ps", ["-o", column, "-p", String(pid)], { timeout: 5000 }, (error, stdout) => resolve(error === null ? stdout.trim() : ""));
  });
}
