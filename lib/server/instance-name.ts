import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { services } from "./services.ts";

/** What the supervisor named this installation: a label on every app. No secret. Empty before the first start is through. */
export async function instanceName(): Promise<string> {
  return (await readFile(join(services().home, "instance"), "utf8").catch(() => "")).trim();
}
