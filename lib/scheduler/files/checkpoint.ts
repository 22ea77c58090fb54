import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

const streamSchema = z.object({ base: z.number(), end: z.number(), timestamp: z.string().nullable() });
const checkpointSchema = z.object({ stdout: streamSchema, stderr: streamSchema });

/** How much of a task's output is in its files for certain: offsets, and the time of the last whole line, where reading goes on. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

const fileName = "position.json";

export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  const fresh = { base: 0, end: 0, timestamp: null };
  try {
    return checkpointSchema.parse(JSON.parse(await readFile(join(directory, fileName), "utf8")));
  } catch {
    return { stdout: fresh, stderr: fresh };
  }
}

/** Replaces the checkpoint in one step. */
export async function writeCheckpoint(directory: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = join(directory, `${fileName}.new`);
  await writeFile(temporary, JSON.stringify(checkpoint), { mode: 0o600 });
  await rename(temporary, join(directory, fileName));
}
