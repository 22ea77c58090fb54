import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

const absolute = z.string().regex(/^\/[^\p{Cc}]*$/u, "must be an absolute path");
const amount = z.number().positive();

/** What the operator of the embedded scheduler allows and promises, beyond the settings every process has. */
const settingsSchema = z.strictObject({
  /** The image for apps that have a command and no image. */
  commandImage: z.string().min(1).max(500).optional(),
  /** Paths of the engine's machine that apps may mount, exactly as written. */
  volumes: z
    .array(z.strictObject({ path: absolute, writable: z.boolean() }))
    .max(100)
    .optional(),
  /** The machine's attributes, for constraints. */
  attributes: z.record(z.string().regex(/^[\w-]{1,64}$/), z.string().max(255)).optional(),
  fetch: z
    .strictObject({
      files: z.array(absolute).max(100).optional(),
      hosts: z
        .array(z.string().regex(/^[^\s/]+:\d{1,5}$/, "must be host:port"))
        .max(100)
        .optional(),
      maxBytes: amount.optional(),
      seconds: amount.optional(),
    })
    .optional(),
  /** Instead of what the engine's machine has; memory and disk in MiB. */
  resources: z.strictObject({ cpus: amount.optional(), mem: amount.optional(), disk: amount.optional() }).optional(),
  cpuOversubscription: amount.optional(),
  memOversubscription: amount.optional(),
});

type SchedulerSettings = z.infer<typeof settingsSchema>;

/** Reads `scheduler.json` in Berth's home, if there is one. Throws a sentence for each wrong member. */
export async function readSchedulerSettings(home: string): Promise<SchedulerSettings> {
  const path = join(home, "scheduler.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
  const parsed = settingsSchema.safeParse(asJson(text, path));
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map((issue) => `${path}: ${issue.path.join(".") || "the file"} is not usable: ${issue.message}.`).join("\n"),
  );
}

function asJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON.`, { cause: error });
  }
}
