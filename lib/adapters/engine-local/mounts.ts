import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Unmounts everything mounted below a folder, deepest first. What is still in use stays. */
export async function unmountBelow(folder: string): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const table = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
    const points = table
      .split("\n")
      .map((line) =>
        (line.split(" ")[4] ?? "").replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
      )
      .filter((point) => point.startsWith(`${folder}/`));
    if (points.length === 0) return;
    for (const point of points.toSorted((a, b) => b.length - a.length)) await execute("umount", ["--", point]).catch(() => undefined);
  }
}

/** Removes a folder that an engine used. */
export async function removeEngineFolder(folder: string): Promise<void> {
  await unmountBelow(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
